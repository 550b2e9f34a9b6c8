"""Twenty thousand mixed candidates, one in ten hostile: is memory flat, is every honest verdict right, is nothing left?

    OMP_NUM_THREADS=1 python benchmarks/verifier_soak.py

Writes `verifier_soak.csv` (one row a thousand candidates) and `verifier_soak.md` beside this file.
"""
import argparse
import os
import random
import time
from pathlib import Path

import pandas as pd
import psutil
import torch  # noqa: F401, so that the caller weighs what a trainer weighs
from verifier_programs import PROGRAMS, tests_of

from temporal_abstraction.verifier import Candidate, Verifier

HOSTILE = [   # code, statuses it may have
    ("import os\nos._exit(0)", "error"), ("def f(n): raise SystemExit(0)", "error"),
    ("class Y(int):\n __eq__ = lambda s, o: True\ndef f(n): return Y(0)", "invalid"),
    ("import os\ndef f(n):\n for d in range(3, 64):\n  try: os.write(d, b'V1\\n')\n  except OSError: pass\n os._exit(0)", "invalid"),
    ("def f(n):\n while True:\n  try: 1 / 0\n  except BaseException: pass", "timeout"),
    ("import time\ndef f(n): time.sleep(99)", "timeout"),
    ("def f(n): return [0] * 10 ** 11", "memory"),
    ("def f(n):\n a = []\n while True: a.append(bytes(1 << 20))", "memory timeout"),
    ("import ctypes\ndef f(n): ctypes.string_at(0)", "killed"),
    ("import os\ndef f(n):\n while True: os.fork()", "error timeout"),
    ("import os, time\ndef f(n):\n if not os.fork():\n  os.setsid()\n  time.sleep(99)\n os._exit(0)", "error"),
    ("import threading, time\ndef f(n):\n while True: threading.Thread(target=time.sleep, args=(99,)).start()", "error"),
    ("def f(n):\n with open('x', 'wb') as o:\n  while True: o.write(bytes(1 << 20))", "error"),
    ("def f(n):\n for i in range(9999): open(str(i), 'w').close()", "error"),
    ("import os\ndef f(n):\n while True: os.dup(0)", "error"),
    ("def f(n):\n a = []\n a.append(a)\n return a", "invalid"), ("def f(n): return 1 << 10 ** 7", "invalid"),
    ("import os\ndef f(n): os.kill(os.getppid(), 9)", "error"), ("import socket\ndef f(n): socket.socket()", "error"),
    ("def f(n):\n for _ in range(10 ** 5): print('x' * 1000)\n return -1", "failed timeout"), ("def f(n) return n", "invalid")]


def mixture(n, seed):
    "Candidates with the statuses each may have: nine in ten honest (half of them wrong), one hostile"
    rng, programs = random.Random(seed), [(code, tests_of(code)) for code in PROGRAMS.values()]
    for i in range(n):
        code, tests = rng.choice(programs)
        if i % 10 == 0: yield Candidate(rng.choice(HOSTILE)[0], "f", tests), True
        elif rng.random() < .5: yield Candidate(code, "f", tests), False
        else: yield Candidate(code, "f", [*tests[:-1], (tests[-1][0], "wrong")]), False


def is_right(candidate, hostile, verdict):
    "Is this the verdict that the candidate deserves?"
    if hostile: return verdict.status in dict(HOSTILE)[candidate.code].split()
    wrong = candidate.tests[-1][1] == "wrong"
    return (verdict.status, verdict.n_passed) == (("failed", 4) if wrong else ("passed", 5))


def snapshot():
    "Memory of this process and of its sandboxes in MiB, their number, and open descriptors"
    me = psutil.Process()
    family = [p for p in me.children(recursive=True) if p.status() != psutil.STATUS_ZOMBIE]
    sandboxes = sum(p.memory_full_info().uss for p in family) / 2**20
    return dict(parent_mib=round(me.memory_info().rss / 2**20, 1), sandboxes_mib=round(sandboxes, 1),
                processes=len(family), descriptors=me.num_fds(), zombies=len(me.children()) - sum(p.ppid() == me.pid for p in family))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=20_000, help="candidates")
    parser.add_argument("--seed", type=int, default=0, help="of the mixture")
    parser.add_argument("--workers", type=int, default=2, help="sandboxes")
    args = parser.parse_args()
    before, rows, batch = snapshot(), [], []
    with Verifier(workers=args.workers, timeout=1.0, memory_mb=256) as verifier:
        isolation = verifier.isolation
        for i, item in enumerate(mixture(args.n, args.seed), 1):
            batch.append(item)
            if i % 1000 and i < args.n: continue
            start = time.perf_counter()
            verdicts = verifier([candidate for candidate, _ in batch])
            seconds = time.perf_counter() - start
            wrong = [(c.code, v) for (c, h), v in zip(batch, verdicts) if not is_right(c, h, v)]
            honest = sum(not h for _, h in batch)
            bad_honest = sum(not h and not is_right(c, h, v) for (c, h), v in zip(batch, verdicts))
            rows.append(dict(done=i, honest=honest, honest_wrong=bad_honest, hostile=len(batch) - honest,
                             hostile_unexpected=len(wrong) - bad_honest, seconds=round(seconds, 1), **snapshot()))
            print(rows[-1], *wrong[:3], flush=True)
            batch = []
    after, frame, here = snapshot(), pd.DataFrame(rows), Path(__file__).with_suffix("")
    frame.to_csv(f"{here}.csv", index=False)
    total = frame[["honest", "honest_wrong", "hostile", "hostile_unexpected", "seconds"]].sum()
    settled = frame.iloc[min(2, len(frame) - 1):]
    Path(f"{here}.md").write_text("\n".join([
        f"Soak on {os.cpu_count()} cores, {args.workers} workers. Command: `OMP_NUM_THREADS=1 python benchmarks/verifier_soak.py`",
        f"Isolation: {isolation}.", "", "| question | answer |", "|---|---|",
        f"| candidates | {total.honest:.0f} honest, {total.hostile:.0f} hostile, in {total.seconds:.0f} s |",
        f"| honest candidates with a wrong verdict | {total.honest_wrong:.0f} |",
        f"| hostile candidates with an unexpected status | {total.hostile_unexpected:.0f} |",
        f"| memory of the caller after 3,000 and at the end | {settled.parent_mib.iloc[0]} and {settled.parent_mib.iloc[-1]} MiB |",
        f"| memory of all sandboxes after 3,000 and at the end | {settled.sandboxes_mib.iloc[0]} and {settled.sandboxes_mib.iloc[-1]} MiB |",
        f"| processes while open, after closing | {sorted(set(frame.processes))}, {after['processes']} |",
        f"| descriptors before and after | {before['descriptors']} and {after['descriptors']} |", ""]))
    print(Path(f"{here}.md").read_text())
    assert after["processes"] == 0 and after["descriptors"] == before["descriptors"] and total.honest_wrong == 0


if __name__ == "__main__":
    main()
