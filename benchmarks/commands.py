"""How long whole commands take, alone and beside a process that keeps one core busy.

    python benchmarks/commands.py install run pinpad test
    python benchmarks/commands.py run --busy

Adds a line to `commands.csv` beside this file for each: the command, what else runs, seconds by the clock, and the cores it used on average.
`install` happens in a fresh clone. What the commands make goes into a folder that is removed.
"""
import argparse
import contextlib
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent


@contextlib.contextmanager
def company(busy):
    "A process that counts for ever, if it is wanted."
    if not busy: return (yield "nothing")
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as other:
        try: yield "a busy process"
        finally: other.kill()


def cpu():
    "CPU seconds of all children so far."
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def place(target, folder):
    "Where a command runs: an installation starts from a fresh clone."
    if target != "install": return HERE.parent
    subprocess.run(["git", "clone", "-q", HERE.parent, f"{folder}/clone"], check=True)
    return f"{folder}/clone"


def timed(target, busy):
    "One command, once."
    with tempfile.TemporaryDirectory() as folder:
        runs = [f"OUT={folder}/run", f"PINPAD_OUT={folder}/pinpad"]
        where = place(target, folder)
        with company(busy) as beside:
            before = cpu()
            start = time.perf_counter()
            subprocess.run(["make", target, *runs], cwd=where, check=True, stdout=subprocess.DEVNULL)
            seconds = time.perf_counter() - start
            used = cpu() - before
    return dict(command="make" if target == "run" else f"make {target}", beside=beside, seconds=round(seconds), cores=os.cpu_count(),
                used=round(used / seconds, 2))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="+", choices=("install", "run", "pinpad", "test"))
    parser.add_argument("--busy", action="store_true", help="beside a process that keeps a core busy")
    args = parser.parse_args()
    path = HERE / "commands.csv"
    for target in args.targets:
        known = [pd.read_csv(path)] if path.exists() else []
        table = pd.concat([*known, pd.DataFrame([timed(target, args.busy)])])
        table.drop_duplicates(["command", "beside"], keep="last").to_csv(path, index=False)
        print(table.to_string(index=False))


if __name__ == "__main__": main()
