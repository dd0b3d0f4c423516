"""Full-model averaging: the mean of what each device would have changed alone."""

import copy

import numpy as np
import torch

from hushkey.model.training.finetune import Settings
from hushkey.model.training.fleet_full import FullFleet
from hushkey.model.training.full import finetune_fully

SETTINGS = Settings(epochs=1, share=1.0, pieces=24, part=12)


def flat(network):
    return torch.cat([held.detach().ravel() for held in network.parameters()]).numpy().copy()


def test_a_cohort_moves_the_weights_by_the_mean_of_its_trainings(network, vocabulary, lines):
    histories = [lines[:4], lines[4:9], lines[2:3]]
    fleet = FullFleet(copy.deepcopy(network), vocabulary, histories, SETTINGS)
    before = fleet.weights()
    fleet.train_cohort([0, 2], 1.0)
    changes = []
    for device in (0, 2):
        own = copy.deepcopy(network)
        finetune_fully(own, histories[device], SETTINGS, vocabulary=vocabulary)
        changes.append(flat(own) - before)
    assert np.allclose(fleet.weights() - before, np.mean(changes, axis=0), atol=1e-6)
    assert np.abs(changes[0] - changes[1]).max() > 1e-4


def test_weights_taken_up_again_go_on_the_same_way(network, vocabulary, lines):
    histories = [lines[:4], lines[4:9]]
    whole = FullFleet(copy.deepcopy(network), vocabulary, histories, SETTINGS)
    whole.train_cohort([0], 1.0)
    begun = whole.weights()
    whole.train_cohort([1, 0], 1.0)
    other = FullFleet(copy.deepcopy(network), vocabulary, histories, SETTINGS)
    other.use(begun)
    other.train_cohort([1, 0], 1.0)
    assert (other.weights() == whole.weights()).all()
