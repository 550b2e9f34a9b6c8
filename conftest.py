"""Every notebook under `nbs/` is a test: pytest runs its cells, top to bottom, in a process of its own."""
import json, os, re, signal, subprocess, sys, tempfile
from contextlib import suppress
from multiprocessing import Pipe
from pathlib import Path

import pytest

ROOT = Path(__file__).parent


def pytest_addoption(parser):
    parser.addoption("--nb-timeout", type=float, default=float(os.getenv("NB_TIMEOUT", 600)), help="seconds each notebook may take")
    parser.addoption("--nb-flags", default="", help="marked cells to run as well, for example: slow")


def pytest_collect_file(file_path, parent):
    hidden = any(part.startswith((".", "_")) for part in file_path.relative_to(ROOT).parts)
    if file_path.suffix == ".ipynb" and not hidden: return Notebook.from_parent(parent, path=file_path)


def pytest_configure(config):
    # Workers of `pytest -n` get one test after the other: who has a long one gets fewer.
    if not getattr(config.option, "maxschedchunk", True): config.option.maxschedchunk = 1


def pytest_collection_modifyitems(items):
    "The higher its number, the more a notebook builds on and the longer it runs: those first, and none is left to run alone."
    items.sort(key=lambda item: place_of(item.path.stem), reverse=True)


def place_of(name):
    "The number of a notebook; that of the tour and the first page, which show all of it, is the highest."
    number = re.match(r"[1-9]\d*", name)
    return int(number[0]) if number else 100 if name in ("index", "00_tour") else 0


class NotebookFailed(Exception): pass


class Notebook(pytest.File):
    def collect(self): yield NotebookTest.from_parent(self, name="notebook")


class NotebookTest(pytest.Item):
    def runtest(self):
        limit, flags = self.config.getoption("nb_timeout"), self.config.getoption("nb_flags").split()
        fresh = "#| fresh_process" in self.path.read_text(encoding="utf-8")
        with tempfile.NamedTemporaryFile() as log:
            code = NotebookRunner.of(fresh).run(self.path, flags, log.name, limit)
            out = log.read().decode(errors="replace")[-20_000:]
        if code is None: raise NotebookFailed(f"still running after {limit:g} s (--nb-timeout, NB_TIMEOUT)\n{out}")
        if code:
            reason = re.search(r"^\S*(Error|Exception)(: .*)?$", out, re.M)
            raise NotebookFailed(f"{reason[0] if reason else f'exit code {code}'}\n\n{out}{failed_cell(self.path, out)}")

    def repr_failure(self, excinfo):
        return str(excinfo.value) if isinstance(excinfo.value, NotebookFailed) else super().repr_failure(excinfo)

    def reportinfo(self): return self.path, None, str(self.path.relative_to(ROOT))


class NotebookRunner:
    "A process that forks one for each notebook, see `tools/processes.py`."
    warm = None

    @classmethod
    def of(cls, fresh):
        "One that has imported nothing, or the one of this worker that has imported what most notebooks do."
        if fresh: return cls()
        if not cls.warm: cls.warm = cls("--ahead")
        return cls.warm

    def __init__(self, *options):
        self.line, theirs = Pipe()
        # One thread each: notebooks that run side by side must not fight over the cores.
        env = {"OMP_NUM_THREADS": "1", "MPLBACKEND": "agg", "TOKENIZERS_PARALLELISM": "false", **os.environ}
        command = [sys.executable, ROOT/"tools/processes.py", str(theirs.fileno()), *options]
        with theirs:
            self.proc = subprocess.Popen(command, cwd=ROOT, env=env, pass_fds=[theirs.fileno()], start_new_session=True)

    def run(self, path, flags, log, limit):
        "The exit code of a notebook; None if it did not end in time."
        pid = None
        try:
            self.line.send((str(path), flags, log))
            pid = self.line.recv()
            return self.line.recv() if self.line.poll(limit) else self.abort(pid)
        except BaseException:
            NotebookRunner.warm = None
            self.proc.kill()
            with suppress(TypeError, ProcessLookupError): os.killpg(pid, signal.SIGKILL)
            raise

    def abort(self, pid):
        os.kill(pid, signal.SIGABRT)  # faulthandler then says where it hung
        if not self.line.poll(2): os.kill(pid, signal.SIGKILL)
        self.line.recv()


def failed_cell(path, out):
    "The source of the cell that nbdev's message names."
    found = re.search(r"While Executing Cell #(\d+)", out)
    if not found: return ""
    source = json.loads(path.read_text(encoding="utf-8"))["cells"][int(found[1])-1]["source"]
    return f"Cell #{found[1]}:\n{''.join(source)}\n"
