"""A process that holds plaintext leaves no image of its memory."""

import subprocess
import sys

import pytest


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads Linux's own account of it")
def test_core_dumps_are_off_for_the_process_and_its_children():
    code = """if True:
        import ctypes, resource, subprocess, sys
        from hushkey.keyboard.hardening import disable_core_dumps
        PR_GET_DUMPABLE = 3
        assert ctypes.CDLL(None).prctl(PR_GET_DUMPABLE) == 1
        assert disable_core_dumps()
        assert disable_core_dumps()
        assert ctypes.CDLL(None).prctl(PR_GET_DUMPABLE) == 0
        assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
        child = "import resource; assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)"
        subprocess.run([sys.executable, "-c", child], check=True)
    """
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
