"""The demonstration of sharing on a screen, and as lines where there is none."""
