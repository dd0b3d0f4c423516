"""How far an interrupted training came, as bytes: whoever keeps them seals them. It trains nothing.

frame: header {"kind": "checkpoint", "task", "trained": n, "state": [names]}, then n adapters and the state's arrays
"""

import io
from dataclasses import dataclass
from typing import Self

from hushkey.model.errors import TrainingFailed
from hushkey.model.frames import read_frame, write_frame

KIND = "checkpoint"


@dataclass(frozen=True, slots=True, repr=False)
class Checkpoint:
    """Where a training stands. Its repr tells none of it."""

    task: str  # what names the lines, the starting point and the settings
    trained: tuple[bytes, ...] = ()  # adapters of the trainings that ended
    names: tuple[str, ...] = ()
    state: tuple[bytes, ...] = ()  # of the training under way, by name

    def to_bytes(self) -> bytes:
        """Write one frame."""
        out = io.BytesIO()
        blobs = (*self.trained, *self.state)
        write_frame(
            out, KIND, blobs, task=self.task, trained=len(self.trained), state=list(self.names)
        )
        return out.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what to_bytes wrote. Raises TrainingFailed on anything else."""
        frame = read_frame(io.BytesIO(data))
        if frame is None or frame.kind != KIND:
            raise TrainingFailed("these bytes are no interrupted training; it begins anew")
        trained, names = frame.header.get("trained"), frame.header.get("state")
        if (
            type(trained) is not int
            or trained < 0
            or not isinstance(names, list)
            or len(frame.blobs) != trained + len(names)
        ):
            raise TrainingFailed("the interrupted training is damaged; it begins anew")
        return cls(
            str(frame.header.get("task", "")),
            frame.blobs[:trained],
            tuple(map(str, names)),
            frame.blobs[trained:],
        )
