"""The next-word model. It knows no user, no store and no network."""
