"""The weights' file gives back the network, its embedding rounded as the int8 graph rounds it."""

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hushkey.model.errors import BaseDamaged
from hushkey.model.quantisation import dequantise_rows, quantise_rows
from hushkey.model.training.network import Network
from hushkey.model.training.weights import load_weights, save_weights


def test_the_embedding_comes_back_as_its_eight_bit_rows_and_the_rest_as_half_floats(
    network, tmp_path
):
    path = tmp_path / "base.safetensors"
    save_weights(network, path)
    back = load_weights(path)
    assert back.shape == network.shape
    rows = dequantise_rows(*quantise_rows(network.embedding.weight.numpy()))
    assert torch.equal(back.embedding.weight, torch.from_numpy(rows))
    for name, value in network.state_dict().items():
        if name != "embedding.weight":
            assert torch.equal(back.state_dict()[name], value.half().float()), name
    assert not any(value.requires_grad for value in back.parameters())


def test_saving_what_was_loaded_gives_the_same_bytes(network, tmp_path):
    save_weights(network, tmp_path / "one")
    save_weights(load_weights(tmp_path / "one"), tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]


def test_predictions_hardly_move(network, tmp_path):
    save_weights(network, tmp_path / "one")
    back = load_weights(tmp_path / "one")
    pieces = torch.tensor([[1], [5], [9]])
    plain, rounded = (each.logits(each(pieces)[0]) for each in (network, back))
    assert torch.allclose(plain, rounded, atol=0.02)


def test_a_missing_file_is_damage(tmp_path):
    with pytest.raises(BaseDamaged):
        load_weights(tmp_path / "none")


@given(data=st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_cut_short_or_foreign_is_damage(network: Network, tmp_path, data):
    path = tmp_path / "base.safetensors"
    save_weights(network, path)
    whole = path.read_bytes()
    cut = data.draw(st.integers(0, len(whole) - 1))
    foreign = data.draw(st.binary(max_size=100))
    for written in (whole[:cut], foreign):
        path.write_bytes(written)
        with pytest.raises(BaseDamaged):
            load_weights(path)
