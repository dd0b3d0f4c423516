"""A Flower client around the plain training. A module of its own, so that Flower's workers keep what they loaded."""

import os
from functools import cache
from pathlib import Path

from flwr.app import ArrayRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp

from bench.simulators.contest import one_thread
from bench.simulators.plain import Client

FOLDER, VARIANT = "BENCH_SIMULATORS_FOLDER", "BENCH_SIMULATORS_VARIANT"

app = ClientApp()


@cache
def client() -> Client:
    """Load the base once a worker."""
    one_thread()
    return Client(Path(os.environ[FOLDER]), os.environ[VARIANT])


@app.train()
def train(message: Message, context: Context) -> Message:
    """Train this node's device from the arrays that came."""
    (start,) = message.content["arrays"].to_numpy_ndarrays()
    trained = client().train(start, int(context.node_config["partition-id"]))
    metrics = MetricRecord({"num-examples": 1})  # every device counts the same
    content = RecordDict({"arrays": ArrayRecord([trained]), "metrics": metrics})
    return Message(content=content, reply_to=message)
