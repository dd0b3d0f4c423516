"""Run by a process of its own: Presage, told by argument which settings, learns each line of standard input."""

import ctypes
import ctypes.util
import sys

Text = ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_void_p)
nothing = Text(lambda _: b"")
library = ctypes.CDLL(ctypes.util.find_library("presage"))
library.presage_new_with_config.argtypes = [
    Text,
    ctypes.c_void_p,
    Text,
    ctypes.c_void_p,
    ctypes.c_char_p,
    ctypes.POINTER(ctypes.c_void_p),
]
library.presage_learn.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
library.presage_free.argtypes = [ctypes.c_void_p]
handle = ctypes.c_void_p()
settings = sys.argv[1].encode()
if library.presage_new_with_config(nothing, None, nothing, None, settings, ctypes.byref(handle)):
    sys.exit("Presage does not start")
for line in sys.stdin:
    if library.presage_learn(handle, line.rstrip("\n").encode()):
        sys.exit("Presage does not learn")
library.presage_free(handle)
