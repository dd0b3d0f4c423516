"""Eight-bit rows: one byte a number and one scale a row. Pure numpy; it knows no file format.

The graph that answers keystrokes and the float weights that train an adapter hold the embedding in
these very rows, so that both read the same vectors to the last bit.
"""

import numpy as np
import numpy.typing as npt

_LIMIT = 127  # symmetric: -128 is not used, so that a row and its negative quantise alike


def quantise_rows(
    table: npt.NDArray[np.floating],
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """(rows (V, D) int8, scales (V,) float32): `rows * scales[:, None]` is nearest to table (V, D).

    A row's scale is its largest magnitude / 127; a row of zeros has scale 0.
    """
    scales = (np.abs(table).max(axis=1) / _LIMIT).astype(np.float32)  # (V,)
    safe = np.where(scales > 0, scales, np.float32(1.0))
    rows = np.clip(np.rint(table / safe[:, None]), -_LIMIT, _LIMIT).astype(np.int8)
    return rows, scales


def dequantise_rows(
    rows: npt.NDArray[np.int8], scales: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Table (V, D) float32 of rows (V, D) and scales (V,)."""
    return rows.astype(np.float32) * scales[:, None]
