"""Engines in processes of their own, by the real worker and a small harness: answers, deaths, absences."""

import sys
from pathlib import Path

import pytest

from bench.typing.comparison import Result
from bench.typing.hosts import Host, Missing
from bench.typing.measuring import Measuring
from bench.typing.systems import Peer
from hushkey.keyboard.typists import Typist

ADAPTERS = """
import os
class Engine:
    def __init__(self, argument):
        if argument == "absent":
            raise ImportError("no such library")
    def start(self, history):
        self.history = history or []
        if any("poison" in line for line in self.history):
            os.abort()
        if any("refuse" in line for line in self.history):
            raise ValueError("quotes " + self.history[0])
    def stop(self): pass
    def rss_mb(self): return 7.5
PEERS = {"scripted": Engine}
"""
HARNESS = """
def run_test(peer, lines, k, online, took):
    print("an engine's chatter")
    words = len(lines) + len(peer.history) + 100 * online
    if took is not None:
        took += [0.001, 0.002]
    return dict(words=words, top1=1, top3=2, chars=10, ks=5, kscs=6, err=0)
"""


@pytest.fixture
def harness(tmp_path) -> Path:
    folder = tmp_path / "harness"
    folder.mkdir()
    (folder / "adapters.py").write_text(ADAPTERS)
    (folder / "harness.py").write_text(HARNESS)
    return folder


@pytest.fixture
def peer(harness) -> Peer:
    return Peer("scripted", "Scripted", None, harness, python=sys.executable)


def asked(peer, tmp_path, *typists, regimes=("cold", "online")) -> Result:
    with Measuring(tmp_path / "cache", jobs=2) as measuring:
        return measuring.peer(peer, typists, regimes)


def test_each_regime_hears_what_it_should(peer, tmp_path):
    result = asked(peer, tmp_path, Typist("a/b", ["one", "two", "three"], ["test"]))
    assert result.counts["cold"]["a/b"].words == 1
    assert result.counts["online"]["a/b"].words == 104
    assert result.counts["cold"]["a/b"].keys_exact == 6


def test_an_engine_that_dies_loses_one_user_and_the_next_is_asked_of_a_new_one(peer, tmp_path):
    people = [
        Typist("a/1", ["poison"], ["x"]),
        Typist("a/2", ["fine"], ["y"]),
        Typist("a/3", ["refuse"], ["z"]),
    ]
    result = asked(peer, tmp_path, *people)
    assert result.lost == {"a/1": "its process ended by signal 6", "a/3": "ValueError"}
    assert list(result.counts["online"]) == ["a/2"]
    assert list(result.counts["cold"]) == ["a/1", "a/2", "a/3"]


def test_what_was_answered_once_is_not_asked_again(peer, harness, tmp_path):
    person = Typist("a/b", ["one"], ["test"])
    first = asked(peer, tmp_path, person)
    (harness / "adapters.py").unlink()  # nothing could be started any more
    again = Peer("scripted", "Scripted", None, harness, python=sys.executable)
    object.__setattr__(again, "version", peer.version)
    assert asked(again, tmp_path, person) == first


def test_another_harness_is_another_version(peer, harness):
    before = peer.version
    (harness / "harness.py").write_text(HARNESS + "# changed\n")
    assert Peer("scripted", "Scripted", None, harness).version != before


def test_an_engine_that_is_not_installed_is_said_to_be_missing(harness, tmp_path):
    absent = Peer("scripted", "Scripted", None, harness, "absent", sys.executable)
    with pytest.raises(Missing, match="no such library"):
        asked(absent, tmp_path, Typist("a/b", [], ["x"]))
    nowhere = Peer("scripted", "Scripted", None, harness, python=str(tmp_path / "python"))
    with pytest.raises(Missing, match="cannot be run"):
        asked(nowhere, tmp_path, Typist("a/b", [], ["x"]))


def test_keys_are_timed_only_where_that_is_asked_for(peer):
    request = {"regime": "cold", "history": [], "test": ["x"]}
    with Host(peer.command, Path.cwd()) as host:
        assert host.ask({**request, "timed": True})["took_us"] == [1000.0, 2000.0]
        assert host.ask({**request, "timed": False})["took_us"] == []
