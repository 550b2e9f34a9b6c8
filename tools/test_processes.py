"""Notebooks as tests can fail, hang and leave processes behind, and nothing of them stays."""
import os
import sys
import time

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from conftest import NotebookRunner

LONG = 60  # seconds
STARTS = f"import subprocess; print('child', subprocess.Popen(['sleep', '{LONG}']).pid, file=open('{{}}', 'w'), flush=True)"


@pytest.fixture(scope="module")
def runner(): return NotebookRunner()


def outcome(runner, folder, source, limit=LONG):
    "The exit code of a notebook of one cell, and what it wrote."
    nbformat.write(new_notebook(cells=[new_code_cell(source)]), folder/"a.ipynb")
    log = folder/"log"
    log.touch()
    return runner.run(folder/"a.ipynb", [], str(log), limit), log.read_text()


def alive(pid):
    "Whether a process runs; one that has ended may wait for somebody to ask how."
    try: return " Z" not in open(f"/proc/{pid}/stat").read().rpartition(")")[2]
    except FileNotFoundError: return False


def test_passes(runner, tmp_path): assert outcome(runner, tmp_path, "assert True") == (0, "")


def test_fails(runner, tmp_path):
    code, said = outcome(runner, tmp_path, "assert 1 > 2")
    assert code == 1 and "AssertionError" in said and "While Executing Cell #1" in said


def test_dies(runner, tmp_path): assert outcome(runner, tmp_path, "import os; os.kill(os.getpid(), 9)")[0] == -9


def test_says_where_it_hangs(runner, tmp_path):
    started = time.time()
    code, said = outcome(runner, tmp_path, f"import time\ndef waits(): time.sleep({LONG})\nwaits()", limit=3)
    assert code is None and "in waits" in said and time.time() - started < LONG / 2


@pytest.mark.parametrize("rest, limit", [("", LONG), (f"; import time; time.sleep({LONG})", 3)])
def test_kills_what_was_started(runner, tmp_path, rest, limit):
    outcome(runner, tmp_path, STARTS.format(tmp_path/"pid") + rest, limit)
    pid = int((tmp_path/"pid").read_text().split()[1])
    time.sleep(.5)
    assert not alive(pid)


def test_ends_with_its_runner(tmp_path):
    runner = NotebookRunner()
    nbformat.write(new_notebook(cells=[new_code_cell(STARTS.format(tmp_path/"pid") + f"; import time; time.sleep({LONG})")]), tmp_path/"a.ipynb")
    (tmp_path/"log").touch()
    runner.line.send((str(tmp_path/"a.ipynb"), [], str(tmp_path/"log")))
    notebook = runner.line.recv()
    while not (tmp_path/"pid").exists(): time.sleep(.1)
    runner.proc.kill()
    time.sleep(3)
    assert not alive(notebook)
