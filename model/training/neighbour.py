"""How a process of ours that trains behaves beside others on a person's machine."""

import torch


def be_a_good_neighbour() -> None:
    """One thread, for the other cores are for whoever types; no denormals, which make a step five times slower."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
