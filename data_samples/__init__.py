"""Typing histories to try things with; nobody in them exists. See README.md. No code."""
