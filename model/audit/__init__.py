"""How much of what was typed can be read out of what was learned. Pure numpy over Protocols: no torch, no person."""
