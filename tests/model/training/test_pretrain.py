"""A training that was interrupted ends with the weights of one that was not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from hushkey.model.errors import CorpusRefused
from hushkey.model.training.corpus import EncodedFile, encode_file
from hushkey.model.training.network import Network, Shape
from hushkey.model.training.pretrain import Recipe, batch_loss, pretrain
from hushkey.model.vocabulary import Vocabulary

RECIPE = Recipe(steps=12, tokens=48, warmup=3, seed=5)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, vocabulary: Vocabulary) -> list[EncodedFile]:
    path = tmp_path_factory.mktemp("corpus") / "plain.txt"
    path.write_text("you can see the cat\nhow are you today?\ntea and ice\n" * 12, encoding="utf-8")
    return [encode_file(path, vocabulary)]


def fresh(vocabulary: Vocabulary) -> Network:
    torch.manual_seed(2)
    return Network(Shape(vocabulary=vocabulary.size, width=8, hidden=12, layers=2))


class Interrupted(Exception):
    """Stands for a power cut."""


def run(
    network: Network, files, vocabulary, recipe: Recipe, checkpoint: Path, *, say=lambda _: None
):
    return pretrain(network, files, vocabulary, recipe, checkpoint=checkpoint, say=say)


def test_resumed_weights_are_those_of_an_uninterrupted_run(
    files, vocabulary, tmp_path, monkeypatch
):
    whole = fresh(vocabulary)
    run(whole, files, vocabulary, RECIPE, tmp_path / "whole.pt")

    steps = 0

    def failing(network, batch, device, rivals):
        nonlocal steps
        steps += 1
        if steps == 8:
            raise Interrupted
        return batch_loss(network, batch, device, rivals)

    cut = fresh(vocabulary)
    every_step = replace(RECIPE, checkpoint_s=0.0)
    with monkeypatch.context() as patched:
        patched.setattr("hushkey.model.training.pretrain.batch_loss", failing)
        with pytest.raises(Interrupted):
            run(cut, files, vocabulary, every_step, tmp_path / "cut.pt")
    said: list[str] = []
    resumed = fresh(vocabulary)
    run(resumed, files, vocabulary, RECIPE, tmp_path / "cut.pt", say=said.append)
    assert said[0] == "resumed at step 7"
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_training_lowers_the_loss(files, vocabulary, tmp_path):
    said: list[str] = []
    recipe = replace(RECIPE, steps=151, rate=2e-2)
    read = run(fresh(vocabulary), files, vocabulary, recipe, tmp_path / "check.pt", say=said.append)
    losses = [float(line.split("loss ")[1].split()[0]) for line in said if "loss" in line]
    assert losses[-1] < losses[0] - 1.0
    assert read > 0


def test_a_finished_training_goes_no_further(files, vocabulary, tmp_path):
    network = fresh(vocabulary)
    read = run(network, files, vocabulary, RECIPE, tmp_path / "check.pt")
    again = fresh(vocabulary)
    assert run(again, files, vocabulary, RECIPE, tmp_path / "check.pt") == read
    assert torch.equal(again.bias, network.bias)


def test_a_control_file_shortens_a_running_training(files, vocabulary, tmp_path):
    control = tmp_path / "control.json"
    control.write_text('{"steps": 4}', encoding="utf-8")
    said: list[str] = []
    pretrain(
        fresh(vocabulary),
        files,
        vocabulary,
        RECIPE,
        checkpoint=tmp_path / "check.pt",
        say=said.append,
        control=control,
    )
    assert torch.load(tmp_path / "check.pt", weights_only=True)["step"] == 4


def test_a_corpus_with_nothing_to_train_on_is_refused(vocabulary, tmp_path):
    held = EncodedFile(
        "plain", np.zeros(2, np.uint16), np.array([0, 2]), held=np.ones(1, dtype=bool)
    )
    with pytest.raises(CorpusRefused):
        run(fresh(vocabulary), [held], vocabulary, RECIPE, tmp_path / "check.pt")


def test_the_rate_rises_holds_and_falls_to_zero():
    recipe = Recipe(steps=1_000, rate=1.0, warmup=10, decay=0.5)
    rates = [recipe.rate_at(step) for step in range(1_001)]
    assert rates[0] == pytest.approx(0.1)
    assert set(rates[9:500]) == {1.0}
    assert rates[750] == pytest.approx(0.5)
    assert rates[1_000] == 0.0
