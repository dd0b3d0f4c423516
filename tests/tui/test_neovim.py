"""The Neovim snippet as it stands, in a real Neovim without a screen: completion, learning on save, forgetting."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SNIPPET = Path(__file__).resolve().parents[2] / "examples" / "hushkey.lua"

# Opens a letter, writes, saves, completes the last word, and forgets one.
DRIVE = r"""
vim.cmd("edit " .. vim.env.LETTER)
vim.bo.filetype = "text"
assert(vim.wait(60000, function()
  local _, client = next(vim.lsp.buf_get_clients(0))
  return client ~= nil and client.initialized
end, 20), "no client")
vim.api.nvim_buf_set_lines(0, 0, -1, false, { "Dear 🦉 Zorblax", "Dear Zorblax again", "🦉 See you tom" })
vim.api.nvim_win_set_cursor(0, { 3, 0 })
vim.cmd("write")
local done, said = {}, nil
local params = vim.lsp.util.make_position_params(0, "utf-16")
params.position.character = 14
for _, answer in pairs(vim.lsp.buf_request_sync(0, "textDocument/completion", params, 60000)) do
  vim.lsp.util.apply_text_edits({ answer.result.items[1].textEdit }, 0, "utf-16")
end
done.line = vim.api.nvim_buf_get_lines(0, 2, 3, false)[1]
done.omnifunc = vim.bo.omnifunc
local shown = print
print = function(text) said = text end
vim.cmd("HushkeyForget Zorblax")
assert(vim.wait(60000, function() return said ~= nil end, 20), "no answer")
print = shown
done.forgotten = said
local file = io.open(vim.env.OUT, "w")
file:write(vim.fn.json_encode(done))
file:close()
vim.cmd("qa!")
"""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("nvim") is None, reason="Neovim is not installed")
def test_the_snippet_completes_learns_on_save_and_forgets(tmp_path: Path):
    drive, out = tmp_path / "drive.lua", tmp_path / "out.json"
    drive.write_text(DRIVE, encoding="utf-8")
    environ = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HUSHKEY_HOME": str(tmp_path / "home"),
        "HUSHKEY_PASSPHRASE": "a pass phrase",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "LETTER": str(tmp_path / "letter.txt"),
        "OUT": str(out),
    }
    alone = ["nvim", "--headless", "-u", "NONE", "-n", "-i", "NONE", "-S", SNIPPET, "-S", drive]
    ran = subprocess.run(
        alone, env=environ, check=False, capture_output=True, text=True, timeout=300
    )
    assert out.exists(), ran.stderr
    done = json.loads(out.read_text(encoding="utf-8"))
    assert done["line"] == "🦉 See you tomorrow"
    assert done["omnifunc"] == "v:lua.vim.lsp.omnifunc"
    assert "lines = 2" in done["forgotten"]
    export = [sys.executable, "-m", "hushkey", "export"]
    kept = subprocess.run(export, env=environ, check=True, capture_output=True, text=True).stdout
    texts = [json.loads(line)["text"] for line in kept.splitlines()]
    assert texts == ["Dear 🦉 █", "Dear █ again"]
