"""Every notebook under `nbs/` is a test: pytest runs its cells, top to bottom, in a process of its own."""
import json, os, re, signal, subprocess, sys, tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent
RUN = """
import faulthandler, os, signal, sys, threading, time
from pathlib import Path
from nbdev.config import get_config
from nbdev.test import test_nb

def die_with(parent):
    while os.getppid() == parent: time.sleep(1)
    os.killpg(0, signal.SIGKILL)

faulthandler.enable()
threading.Thread(target=die_with, args=(os.getppid(),), daemon=True).start()
cfg = get_config()
passed, _ = test_nb(Path(sys.argv[1]), skip_flags=cfg.tst_flags.split(), force_flags=sys.argv[2:], basepath=cfg.config_path)
sys.exit(not passed)
"""


def pytest_addoption(parser):
    parser.addoption("--nb-timeout", type=float, default=float(os.getenv("NB_TIMEOUT", 600)), help="seconds each notebook may take")
    parser.addoption("--nb-flags", default="", help="marked cells to run as well, for example: slow")


def pytest_collect_file(file_path, parent):
    hidden = any(part.startswith((".", "_")) for part in file_path.relative_to(ROOT).parts)
    if file_path.suffix == ".ipynb" and not hidden: return Notebook.from_parent(parent, path=file_path)


class NotebookFailed(Exception): pass


class Notebook(pytest.File):
    def collect(self): yield NotebookTest.from_parent(self, name="notebook")


class NotebookTest(pytest.Item):
    def runtest(self):
        limit, flags = self.config.getoption("nb_timeout"), self.config.getoption("nb_flags").split()
        # One thread each: notebooks that run side by side must not fight over the cores.
        env = {"OMP_NUM_THREADS": "1", "MPLBACKEND": "agg", "TOKENIZERS_PARALLELISM": "false", **os.environ}
        with tempfile.TemporaryFile() as log:
            proc = subprocess.Popen([sys.executable, "-c", RUN, str(self.path), *flags], cwd=ROOT, env=env,
                                    stdout=log, stderr=log, start_new_session=True)
            try: code = self.wait(proc, limit)
            finally: stop(proc)
            log.seek(0)
            out = log.read().decode(errors="replace")[-20_000:]
        if code is None: raise NotebookFailed(f"still running after {limit:g} s (--nb-timeout, NB_TIMEOUT)\n{out}")
        if code:
            reason = re.search(r"^\S*(Error|Exception)(: .*)?$", out, re.M)
            raise NotebookFailed(f"{reason[0] if reason else f'exit code {code}'}\n\n{out}{failed_cell(self.path, out)}")

    def wait(self, proc, limit):
        try: return proc.wait(limit)
        except subprocess.TimeoutExpired:
            proc.send_signal(signal.SIGABRT)  # faulthandler then says where it hung
            try: proc.wait(2)
            except subprocess.TimeoutExpired: pass

    def repr_failure(self, excinfo):
        return str(excinfo.value) if isinstance(excinfo.value, NotebookFailed) else super().repr_failure(excinfo)

    def reportinfo(self): return self.path, None, str(self.path.relative_to(ROOT))


def stop(proc):
    "Kill the notebook and whatever it started: it leads its own process group."
    try: os.killpg(proc.pid, signal.SIGKILL)
    except ProcessLookupError: pass
    proc.wait()


def failed_cell(path, out):
    "The source of the cell that nbdev's message names."
    found = re.search(r"While Executing Cell #(\d+)", out)
    if not found: return ""
    source = json.loads(path.read_text(encoding="utf-8"))["cells"][int(found[1])-1]["source"]
    return f"Cell #{found[1]}:\n{''.join(source)}\n"
