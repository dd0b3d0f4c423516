"""One module a step; a step, once released, never changes."""
