"""pfl-research's SimulatedBackend: its manual's FederatedAveraging over a PyTorchModel and a FederatedDataset."""

from collections.abc import Iterator
from typing import Any

import torch
from pfl.aggregate.simulate import SimulatedBackend
from pfl.algorithm.base import NNAlgorithmParams
from pfl.algorithm.federated_averaging import FederatedAveraging
from pfl.data import FederatedDataset
from pfl.data.dataset import Dataset
from pfl.data.sampling import get_user_sampler
from pfl.hyperparam import NNTrainHyperParams
from pfl.model.pytorch import PyTorchModel

from bench.simulators.contest import Contest, contest, one_thread
from bench.simulators.meter import Meter
from bench.simulators.plain import BETAS, Client


class Steps(Dataset):
    """One user's steps as they are, since pfl cuts users' data into steps of as many rows each."""

    def __init__(self, client: Client, number: int) -> None:
        person = client.person(number)
        super().__init__(((client, person),), user_id=str(number))
        self._steps = [(step, person, rate) for step, rate in enumerate(person.rates)]

    def __len__(self) -> int:
        return len(self._steps)

    def iter(self, batch_size: int | None) -> Iterator[Any]:  # noqa: ARG002
        """Yield a step at a time."""
        yield from self._steps


class Module(torch.nn.Module):
    """The plain model with the two methods that pfl asks for."""

    def __init__(self, client: Client) -> None:
        super().__init__()
        self.softmax = client.softmax
        self.client, self.rate = [client], 1.0  # a list: its network is no part of this module

    def loss(self, step: int, person: Any, rate: float) -> torch.Tensor:
        """Mean nats of a step; notes the rate that the optimiser is to take."""
        self.rate = float(rate)
        return self.client[0].loss(int(step), person)

    def metrics(self, *step: Any) -> dict[str, Any]:  # noqa: ARG002
        """Measure nothing, as nobody does here."""
        return {}


class Adam(torch.optim.Adam):
    """torch's Adam at the rate of each step."""

    def __init__(self, parameters: Any, lr: float, *, module: Module) -> None:
        super().__init__(parameters, lr=lr, betas=BETAS)
        self._module = module

    def step(self, closure: Any = None) -> Any:
        """Take a step."""
        self.param_groups[0]["lr"] = self._module.rate
        return super().step(closure)


class Model(PyTorchModel):
    """pfl's model, whose batches are tensors already."""

    @staticmethod
    def _prepare_batch(batch: Any) -> Any:
        return batch


def run(held: Contest) -> None:
    """Warm up with one training, then run the rounds under the clock."""
    one_thread()
    client = Client(held.folder, held.variant)
    client.train(held.start, held.devices)
    client.softmax.learned.data.zero_()
    module = Module(client)
    users = [str(number) for number in range(held.devices)]
    data = FederatedDataset(
        lambda user: Steps(client, int(user)), get_user_sampler("minimize_reuse", users)
    )
    model = Model(
        module,
        lambda parameters, lr: Adam(parameters, lr, module=module),
        torch.optim.SGD(module.parameters(), lr=1.0),
    )
    meter = Meter()
    FederatedAveraging().run(
        NNAlgorithmParams(
            central_num_iterations=held.rounds,
            evaluation_frequency=held.rounds + 1,
            train_cohort_size=held.devices,
            val_cohort_size=0,
        ),
        SimulatedBackend(training_data=data, val_data=None),
        model,
        NNTrainHyperParams(local_num_epochs=1, local_learning_rate=1.0, local_batch_size=None),
    )
    learned = client.softmax.learned.detach().numpy()
    meter.done(held.rounds * held.devices, held.keep(learned))


if __name__ == "__main__":
    run(contest())
