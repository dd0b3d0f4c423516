"""Write vectors/codec.json from the twin: python tests/sync/codec/record_vectors.py."""

import json
import math
from pathlib import Path

import naive_codec as naive
import numpy as np

HERE = Path(__file__).parent
DIMENSION, KEPT, SCALE, UNITS, BITS, WEIGHT = 100, 121, 1 << 12, 1 << 8, 29, 0.75


def recorded() -> dict[str, object]:
    """One report of a masked, padded vector, and shares that are to be refused."""
    rng = np.random.default_rng(42)
    rotation, seed, context = bytes(range(32)), bytes(reversed(range(32))), "task/report"
    delta = [round(float(number), 6) for number in rng.standard_normal(DIMENSION) / 16]
    drawn = rng.bytes(8 * KEPT)
    turned = naive.rotate([number * WEIGHT for number in naive.normalize(delta, 1.0)], rotation)
    places = naive.kept_places(rotation, len(turned), KEPT)
    integers = naive.rounded([turned[place] for place in places], SCALE, drawn)
    integers.append(math.floor(UNITS * WEIGHT + 0.5))
    bound = math.ceil(
        math.sqrt(
            SCALE**2 + math.ceil(KEPT / 4) + SCALE + math.ceil(math.sqrt(KEPT) / 2) + UNITS**2
        )
    )
    helper = naive.expand(seed, KEPT + 1, BITS, context.encode())
    leader = naive.pack(
        [(one - other) % 2**BITS for one, other in zip(integers, helper, strict=True)], BITS
    )
    scattered = [0.0] * len(turned)
    for place, number in zip(places, integers, strict=False):
        scattered[place] = number / SCALE * len(turned) / KEPT
    return {
        "terms": {
            "dimension": DIMENSION,
            "clip_norm": 1.0,
            "scale": SCALE,
            "weight_units": UNITS,
            "bits": BITS,
            "kept": KEPT,
            "rotation_seed": rotation.hex(),
        },
        "norm_bound": bound,
        "delta": delta,
        "weight": WEIGHT,
        "entropy": drawn.hex(),
        "integers": integers,
        "seed": seed.hex(),
        "context": context,
        "helper_share": helper,
        "leader_share": leader.hex(),
        "decoded": naive.unrotate(scattered, DIMENSION, rotation),
        "bad_leader_shares": [
            "",
            leader[:-1].hex(),
            (leader + b"\0").hex(),
            (leader[:-1] + bytes([leader[-1] | 0x80])).hex(),
        ],
    }


if __name__ == "__main__":
    lines = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in recorded().items()]
    (HERE / "vectors" / "codec.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
