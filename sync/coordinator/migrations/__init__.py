"""How a coordinator's database came to its shape: Alembic, run from inside the package (store.py)."""
