"""What Alembic runs a step in: the connection and the transaction that the store holds already."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
