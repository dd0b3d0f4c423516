"""Sharing what was learned; it knows no screen. Not built yet: see docs/architecture.md."""
