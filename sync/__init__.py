"""Sharing what was learned; it knows no screen. The parts are imported by their names: see docs/protocol.md."""
