"""input() with Tab: python examples/readline_prompt.py. An empty line ends it."""

from hushkey import open_profile
from hushkey.keyboard.embed import ReadlineCompleter, Surface

with open_profile(in_memory=True) as profile:
    surface = Surface(profile, "readline")
    ReadlineCompleter(surface).install()
    while line := input("> "):
        surface.commit(line)
        print(f"kept: {line!r}")
