"""The device's side of sharing: consent, budget, one report at a time, what comes back. It knows no screen.

`sharing.Sharing` is the whole of it for an app or a command line; `core` decides, the others do as it says.
"""
