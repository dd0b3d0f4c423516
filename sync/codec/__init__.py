"""A delta to ring elements, elements to shares, a batch's sum back to numbers. Pure: no message, file or network."""

from hushkey.sync.codec.packing import pack, packed_bytes, unpack
from hushkey.sync.codec.pipeline import Codec, Decoded
from hushkey.sync.codec.shares import add_into, expand, join, split
from hushkey.sync.codec.terms import CodecTerms
from hushkey.sync.codec.variance import age_weights, variance_weight

__all__ = [
    "Codec",
    "CodecTerms",
    "Decoded",
    "add_into",
    "age_weights",
    "expand",
    "join",
    "pack",
    "packed_bytes",
    "split",
    "unpack",
    "variance_weight",
]
