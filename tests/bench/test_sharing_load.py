"""What the load section says of figures that are known, and every part of the bench in earnest with a few reports."""

import socket
import threading
from dataclasses import replace

import pytest

from bench.sharing import load
from bench.sharing.load_cells import Cell
from bench.sharing.load_costs import Costs, floor
from bench.sharing.load_end_to_end import Sample, Whole
from bench.sharing.load_generator import Sent, _sent
from bench.sharing.load_operators import HOST
from bench.sharing.load_processes import Failed
from bench.sharing.load_section import Found, growths, section

MB = 1_000_000


def sent(count: int, seconds: float, cpu_s: float) -> Sent:
    return Sent(count, seconds, cpu_s, 0.02, 0.3, 16_000, 190)


def cell(**changes) -> Cell:
    made = Cell("SQLite", 1, sent(5_000, 10.0, 1.0), 8.0, 4, 1_250, 16.0, 5.0, 2.0, 0.0)
    return replace(made, **changes)


def samples(*sizes: int) -> list[Sample]:
    return [
        Sample(float(at), at, {"leader, web": [size * MB, 90 * MB]})
        for at, size in enumerate(sizes)
    ]


def found(**changes) -> Found:
    whole = Whole(sent(10_000, 30.0, 2.0), 50.0, 7, 1, samples(100, 101, 102, 101))
    costs = Costs(50e-6, {"a step": 100e-6})
    made = Found(2, 0.97, 0.001, [cell()], whole, costs, [0.1, 0.2], 38_000_000, 15_692)
    return replace(made, **changes)


def test_rates_are_counts_by_seconds_and_costs_are_told_by_the_floor():
    said = section(found(), "the command")
    assert "| SQLite, 1 | 500 | 20, 300 ms | 0.25 | 312 | 3.00 ms |" in said
    assert "| a step | 100 | 2.0 |" in said
    assert "| both roles | 3,000 | 60.0 |" in said
    assert "50.0 s (200 / s)" in said
    assert "8 batches, 7 of them released" in said
    assert "97% of them idle" in said


def test_a_sender_that_has_no_core_left_is_told_to_be_what_was_measured():
    assert "10% to 10% of one core: it was never" in section(found(), "it")
    busy = found(cells=[cell(), cell(sent=sent(5_000, 10.0, 9.0))])
    assert "**it may be what was measured" in section(busy, "it")


def test_memory_that_grows_between_the_halves_is_not_told_as_flat():
    assert "**flat**" in section(found(), "it")
    ((first, last, change),) = growths(samples(100, 100, 120, 110))
    assert (first, last) == (100 * MB, 120 * MB)
    assert change == pytest.approx(0.2)
    grown = replace(found().whole, samples=samples(100, 100, 120, 110))
    assert "**grows by 20.0%**" in section(found(whole=grown), "it")


def test_too_many_bytes_and_a_slow_device_are_told_as_missed():
    said = section(found(full_model_bytes=100_000, device_s=[0.1, 0.6]), "it")
    assert said.count("**missed**") == 2
    assert section(found(), "it").count("**missed**") == 0


def test_the_floor_writes_the_report_once_and_walks_its_whole_share():
    written: list[bytes] = []
    floor(4_097, b"report", written.append)()
    assert written == [b"report"]


def test_a_refused_report_ends_the_measurement():
    with socket.create_server((HOST, 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(100)
                connection.sendall(b"HTTP/1.1 429 Too Many Requests\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(Failed, match="429"):
            _sent(listening.getsockname()[1], [b"a request"])
        thread.join()


def test_what_an_interrupted_run_measured_is_not_measured_again(tmp_path):
    shelf, asked = load.Shelf(tmp_path), []
    held = found().whole

    def measure() -> Whole:
        asked.append(1)
        return held

    assert shelf.take("whole", Whole, measure) == held
    assert load.Shelf(tmp_path).take("whole", Whole, measure) == held
    assert len(asked) == 1


@pytest.mark.slow
def test_every_part_runs_with_a_few_reports_and_writes_nothing(tmp_path, capsys):
    """Real roles, processes, databases and devices; the figures of so few reports say nothing."""
    before = load.OUT.read_bytes()
    code = load.main(["--smoke", "--workers", "1", "--folder", str(tmp_path)])
    told = capsys.readouterr()
    assert code == 0, told.err
    assert "| SQLite, 1 |" in told.out
    assert "4 batches" in told.out
    assert "99.9" in told.out
    assert load.OUT.read_bytes() == before
    assert list(tmp_path.iterdir()) == []
