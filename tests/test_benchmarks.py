"""The benchmarks' own arithmetic and tables; no test here looks at how long anything takes."""

import itertools
import json
import subprocess
import sys
from dataclasses import replace

import psutil
import pytest

from benchmarks import __main__ as command
from benchmarks import (
    keeping,
    memory,
    network,
    pages,
    pictures,
    results,
    steering,
    strokes,
    training,
)
from benchmarks.processes import Peak, share, whole
from benchmarks.results import Row, cells, machine, number, processor, table, write
from benchmarks.sizes import FULL, SMOKE
from benchmarks.training import Turns, epoch_row, epoch_seconds, pair_row
from model import PROJECT

ALONE = Row("web", "memory", 200.0, "MB", 220.0, "all of it")
BESIDE = Row("epoch", "seconds", 10.0, "s", 0.6, "everything", peer=20.0)
TURNS = Turns([{"epoch_seconds": [30.0, 20.0, 22.0]}], single=[9.0, 11.0, 10.0], pair=[18.0, 20.0])


@pytest.mark.parametrize(
    ("row", "met"),
    [
        (ALONE, True),
        (replace(ALONE, ours=220.0), True),
        (replace(ALONE, ours=221.0), False),
        (BESIDE, True),
        (replace(BESIDE, ours=12.5), False),
        (replace(BESIDE, fault="too few right"), False),
    ],
)
def test_an_aim_is_for_the_ratio_or_for_our_figure(row, met):
    assert row.met is met


def test_ratio():
    assert BESIDE.ratio == 0.5
    assert ALONE.ratio is None


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (1234.5, "1,234 s"), (12.34, "12.3 s"), (1.234, "1.23 s"), (0.1234, "0.123 s")],
)
def test_numbers_have_three_digits(value, text):
    assert number(value, "s" if value is not None else "") == text


def test_cells():
    assert cells(ALONE) == ["memory", "200 MB", "-", "-", "at most 220 MB", "yes"]
    assert cells(BESIDE) == ["seconds", "10.0 s", "20.0 s", "0.500", "at most 0.600", "yes"]
    assert cells(replace(ALONE, fault="TensorFlow is loaded"))[-1] == "**no**: TensorFlow is loaded"


def test_table_is_markdown_and_says_what_figures_include():
    lines = table([ALONE, BESIDE]).splitlines()
    assert lines[0].startswith("| what |")
    assert {line.count("|") for line in lines[:4]} == {7}
    assert lines[5:] == ["- memory: all of it", "- seconds: everything"]


def test_results_are_written(tmp_path):
    about = machine() | {"minutes": 1.5}
    write(tmp_path / "results", [ALONE, replace(BESIDE, fault="wrong")], about)
    text = (tmp_path / "results" / "latest.md").read_text(encoding="utf-8")
    assert "| memory | 200 MB |" in text
    assert "1.5 minutes" in text
    content = json.loads((tmp_path / "results" / "latest.json").read_text(encoding="utf-8"))
    assert [row["met"] for row in content["rows"]] == [True, False]
    assert content["rows"][1]["ratio"] == 0.5
    assert content["machine"]["cores"] >= 1


def test_machine_names_no_computer():
    import platform

    about = json.dumps(machine())
    assert processor()
    assert "streamlit" in about
    if len(platform.node()) > 3:
        assert platform.node() not in about


def test_rows_of_training_are_medians():
    one, two = epoch_row(TURNS), pair_row(TURNS)
    assert (one.ours, one.peer) == (10.0, 22.0)
    assert (two.ours, two.peer) == (19.0, 44.0)


class Pretended:
    """A run that ends an epoch each time that it is looked at."""

    status = "running"

    def __init__(self, every):
        self.looks, self.every = 0, every

    def snapshot(self):
        self.looks += 1
        return type("Snapshot", (), {"epochs": (None,) * (self.looks // self.every)})


def test_epochs_of_two_runs_count_when_both_have_ended_them(monkeypatch):
    monkeypatch.setattr(training, "POLL_SECONDS", 0)
    fast, slow = Pretended(1), Pretended(3)
    assert len(epoch_seconds([fast, slow], 2)) == 2
    assert slow.looks == 6


def test_quick_below_the_article_is_a_fault(monkeypatch):
    monkeypatch.setattr(training, "to_the_end", lambda config: (50.0, 0.9066))
    assert not training.quick_row(TURNS, FULL).met
    monkeypatch.setattr(training, "to_the_end", lambda config: (50.0, 0.9067))
    row = training.quick_row(TURNS, FULL)
    assert row.met
    assert row.peer == 30 * 22.0


def test_peak_memory_of_a_process_and_its_children():
    code = "import subprocess, sys; a = bytearray(60_000_000); subprocess.run([sys.executable, '-c'"
    code += ", 'import time; a = bytearray(60_000_000); time.sleep(1.5)'])"
    running = subprocess.Popen([sys.executable, "-c", code])
    process = psutil.Process(running.pid)
    with Peak(process, share) as together, Peak(process, whole, children=False) as alone:
        running.wait()
    assert 60 < alone.mb < 110
    assert 120 < together.mb < 200


def test_strokes_touch_and_stay_on_the_canvas():
    lines = [strokes.line(number) for number in range(FULL.strokes + 1)]
    assert all(0.05 < end < 0.95 for line in lines for end in line)
    across = sorted(line[0] for line in lines)
    gaps = [after - before for before, after in itertools.pairwise(across)]
    assert min(gaps) > 0
    assert max(gaps) < 26 / 288  # the brush, and the canvas, in pixels


def test_every_measurement_can_be_asked_for_alone(monkeypatch):
    asked = []
    for module in (training, memory, pages, strokes, pictures, network, steering, keeping):
        monkeypatch.setattr(module, "measure", lambda *_, m=module: asked.append(m.NAMES) or [])
    monkeypatch.setattr(training, "take_turns", lambda wanted, sizes: Turns([{}]))
    for name in command.NAMES:
        asked.clear()
        command.measure({name}, SMOKE)
        assert any(name in names for names in asked)
        assert len(asked) == (2 if name == "memory" else 1)


def test_the_command_prints_and_writes(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(command, "measure", lambda wanted, sizes: [replace(ALONE, fault="wrong")])
    monkeypatch.setattr(results.datasets, "find", lambda: type("Search", (), {"dataset": True}))
    assert command.main(["--only", "web", "--out", str(tmp_path)]) == 1
    assert "| memory | 200 MB |" in capsys.readouterr().out
    assert (tmp_path / "latest.json").exists()


@pytest.mark.whole
def test_the_script_on_a_few_drawn_pictures():
    command = [sys.executable, "-m", "benchmarks.plain_keras", "--data", "wardrobe"]
    done = subprocess.run(
        [*command, "--epochs", "2", "--images", "256"],
        capture_output=True, text=True, check=True, cwd=PROJECT, timeout=300,
    )  # fmt: skip
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["parameters"] == 107_786
    assert told["images"] == 256
    assert len(told["epoch_seconds"]) == told["epochs"] == 2
    assert 0 <= told["test_accuracy"] <= 1
    assert told["peak_memory_mb"] > 100
