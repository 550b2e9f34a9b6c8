"""Runs notebooks, each in a process of its own, forked from this one, which has imported once what all of them import"""
import ast, atexit, faulthandler, gc, os, signal, sys, threading, time, warnings
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from nbdev.config import get_config
from nbdev.test import test_nb

POLL = .02  # seconds


def import_ahead(package):
    "What the modules of a package import from other packages; the package itself is left to the notebooks."
    for path in sorted(package.glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            outside = isinstance(node, ast.Import) or isinstance(node, ast.ImportFrom) and not node.level
            with suppress(ImportError):
                if outside: exec(ast.unparse(node), {})
    gc.collect()
    gc.freeze()  # half a million objects that no notebook has to look through


def serve(line, cfg):
    "Run notebooks as they are asked for, one at a time."
    asker = os.getppid()
    while asked := hear(line):
        with warnings.catch_warnings(action="ignore"):  # allocators have threads that survive this
            pid = os.fork()
        if not pid: leave(run(line, cfg, *asked))
        line.send(pid)
        line.send(ended(pid, asker))


def hear(line):
    "What to run next; None when nobody is there to ask."
    with suppress(EOFError): return line.recv()


def ended(pid, asker):
    "The exit code of a notebook, after what it started was killed: it leads its own process group."
    while not (done := os.waitpid(pid, os.WNOHANG))[0]:
        if os.getppid() != asker: sys.exit()
        time.sleep(POLL)
    with suppress(ProcessLookupError): os.killpg(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(done[1])


def run(line, cfg, path, flags, log):
    parent = os.getppid()
    os.setsid()
    line.close()
    for name, to in ((os.devnull, 0), (log, 1), (log, 2)): os.dup2(os.open(name, os.O_RDWR | os.O_APPEND), to)
    sys.argv[1:] = [path, *flags]
    faulthandler.enable()
    threading.Thread(target=die_with, args=(parent,), daemon=True).start()
    if "numpy" in sys.modules: sys.modules["numpy"].random.seed()  # else all notebooks draw the same
    passed, _ = test_nb(Path(path), skip_flags=cfg.tst_flags.split(), force_flags=flags, basepath=cfg.config_path)
    return not passed


def leave(failed):
    "End as Python does, but for taking apart all that was imported, which takes seconds."
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(failed)


def die_with(parent):
    while os.getppid() == parent: time.sleep(1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.path[0] = ""  # as for `python -c`: notebooks do not see the tools
    cfg = get_config()
    if "--ahead" in sys.argv: import_ahead(cfg.lib_path)
    serve(Connection(int(sys.argv[1])), cfg)
