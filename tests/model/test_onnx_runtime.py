"""Nothing is sent anywhere: also not by what we stand on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

IMPORTS = "import hushkey.model.runtime, os; print(os.environ['ORT_DISABLE_TELEMETRY'])"


def imported(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ORT_")}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )


def test_the_telemetry_of_onnx_runtime_is_off_here_and_in_what_we_start(tmp_path):
    assert imported(IMPORTS, tmp_path).stdout == "1\n"


def test_it_writes_no_number_of_a_session_where_the_bare_import_does(tmp_path):
    ours, bare = tmp_path / "ours", tmp_path / "bare"
    ours.mkdir()
    bare.mkdir()
    imported(IMPORTS, ours)
    imported("import onnxruntime", bare)
    if not any(bare.iterdir()):
        pytest.skip("this build of ONNX Runtime brings no telemetry")
    assert not any(ours.iterdir())


def test_nobody_imports_it_past_us():
    root = Path(__file__).resolve().parents[2]
    folders = ("model", "keyboard", "sync", "tui", "hushkey", "bench")
    wrong = [
        path.relative_to(root)
        for folder in folders
        for path in (root / folder).rglob("*.py")
        if any(
            line.startswith(("import onnxruntime", "from onnxruntime"))
            for line in path.read_text(encoding="utf-8").splitlines()
        )
    ]
    assert wrong == [Path("model/onnx_runtime.py")]
