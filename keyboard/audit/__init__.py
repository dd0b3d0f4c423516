"""Audit what one history taught: its n-gram memory, its adapter, and what of it would be shared."""
