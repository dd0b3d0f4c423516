"""Files for their owner alone: made whole, read only if nobody else could, swept after a kill."""

import multiprocessing
import os
import time

import pytest

from hushkey.keyboard import private_files
from hushkey.keyboard.errors import FileRefused, HistoryBusy, KeyExposed
from hushkey.keyboard.private_files import (
    LEAVINGS_S,
    make_private_directory,
    only_one,
    read_private,
    remove_private,
    write_private,
)


def test_a_file_is_not_replaced_unless_asked(tmp_path):
    path = tmp_path / "file"
    write_private(path, b"first", replace=False)
    with pytest.raises(FileExistsError):
        write_private(path, b"second", replace=False)
    assert read_private(path) == b"first"
    write_private(path, b"second", replace=True)
    assert read_private(path) == b"second"
    assert os.listdir(tmp_path) == ["file"]  # noqa: PTH208


def test_a_mask_that_gives_to_all_gives_nothing_here(tmp_path):
    before = os.umask(0)
    try:
        make_private_directory(tmp_path / "home")
        write_private(tmp_path / "home" / "file", b"", replace=True)
    finally:
        os.umask(before)
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "home" / "file").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_exists_keeps_its_mode(tmp_path):
    tmp_path.chmod(0o755)
    make_private_directory(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_a_pipe_in_the_place_of_a_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "file", 0o600)
    with pytest.raises(KeyExposed, match="plain file"):
        read_private(tmp_path / "file")


def test_what_a_killed_writer_left_is_swept_once_it_is_old(tmp_path):
    path = tmp_path / "file[1]"  # a name that is a pattern too
    old, new, foreign = (
        tmp_path / name for name in (".file[1].0a.tmp", ".file[1].0b.tmp", ".file1.0c.tmp")
    )
    for leaving in (old, new, foreign):
        leaving.touch()
    for leaving in (old, foreign):
        os.utime(leaving, (time.time() - 2 * LEAVINGS_S,) * 2)
    write_private(path, b"", replace=True)
    assert {file.name for file in tmp_path.iterdir()} == {path.name, new.name, foreign.name}
    remove_private(path)
    assert [file.name for file in tmp_path.iterdir()] == [foreign.name]


def test_removing_follows_no_link_and_none_is_fine(tmp_path):
    (tmp_path / "target").write_bytes(b"stays")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(FileRefused):
        remove_private(tmp_path / "link")
    remove_private(tmp_path / "missing")
    assert (tmp_path / "target").read_bytes() == b"stays"


def hold(folder, held, done) -> None:
    with only_one(folder):
        held.set()
        done.wait(30)


def test_a_folder_is_held_by_one_process_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(private_files, "LOCK_WAIT_S", 0.1)
    context = multiprocessing.get_context("spawn")
    held, done = context.Event(), context.Event()
    holder = context.Process(target=hold, args=(tmp_path, held, done))
    holder.start()
    assert held.wait(30)
    with pytest.raises(HistoryBusy, match="another process"), only_one(tmp_path):
        pass
    done.set()
    holder.join()
    with only_one(tmp_path):
        pass
