"""Suggestions at the prompt of a shell and inside wrapped programs; only prose, and never where the echo is off."""
