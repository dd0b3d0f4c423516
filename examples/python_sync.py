"""Suggest, accept, learn: the synchronous API on a profile. Runs with the base install alone."""

from hushkey import open_profile
from hushkey.keyboard.embed import Surface

with open_profile(in_memory=True) as profile:  # open_profile() is the owner's own, kept encrypted
    notes = Surface(profile, "notes")
    line = "See you tom"
    offered = notes.suggest(line)
    print([word.text for word in offered])

    given = notes.accept(offered[0])
    line = line[: len(line) - offered[0].replaces] + given
    print(line)

    for _ in range(2):
        notes.commit("The boat is called Zorblax")
    (own,) = [word for word in notes.suggest("The boat is called Z") if word.text == "Zorblax"]
    print(notes.why(own).uses, "uses, new:", own.new)

    notes.private = True
    print("kept in private:", notes.commit("This is nobody's business"))
    print("lines that held it:", notes.forget("Zorblax"))
