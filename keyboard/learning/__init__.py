"""Learning from a person's lines, in a process of its own: which lines judge, what is trained, whether it is kept."""
