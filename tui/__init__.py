"""Screens and commands; no logic of its own."""
