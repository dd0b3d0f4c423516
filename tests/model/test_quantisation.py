"""Eight-bit rows come back within half a step, whatever the row."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hushkey.model.quantisation import dequantise_rows, quantise_rows

TABLES = hnp.arrays(
    np.float32,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=9),
    elements=st.floats(-1e3, 1e3, width=32),
)


@given(TABLES)
def test_no_number_moves_by_more_than_half_a_step_of_its_row(table):
    rows, scales = quantise_rows(table)
    off = np.abs(dequantise_rows(rows, scales) - table)
    assert rows.dtype == np.int8
    assert (off <= 0.501 * scales[:, None] + 1e-30).all()


@given(TABLES)
def test_a_table_that_was_quantised_quantises_to_itself(table):
    rows, scales = quantise_rows(table)
    again, _ = quantise_rows(dequantise_rows(rows, scales))
    assert (again == rows)[scales > 1e-30].all()


def test_a_row_of_zeros_stays_zero():
    rows, scales = quantise_rows(np.zeros((2, 3), np.float32))
    assert not rows.any()
    assert not scales.any()
