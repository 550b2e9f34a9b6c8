"""Contests of speed: whoever is compared takes turns in one process, and ratios are taken within a round."""
import gc
import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass
class Contest:
    "One piece of work, done in several ways."
    name: str                                # what is done
    unit: str                                # what is counted
    ways: dict[str, Callable[[], float]]     # name: does the work once, and says how many units that was; ours first
    against: str = ""                        # the way that the others' rates are divided by; "": none
    long: bool = False                       # takes minutes: two rounds are enough, and none that warms up


def rate_of(work):
    "Units a second by the clock, and units a second of CPU time."
    gc.collect()
    clock, cpu = time.perf_counter(), time.process_time()
    n = work()
    return n / (time.perf_counter() - clock), n / max(time.process_time() - cpu, 1e-9)


def race(
    contest: Contest,
    rounds: int,       # after the one that warms up
) -> pd.DataFrame:     # contest, unit, way, round, rate, cpu_rate, ratio (of the clock) in the same round
    "Every way once a round, in turn."
    rows = []
    for number in range(0, 2) if contest.long else range(-1, rounds):
        order = list(contest.ways)[::-1 if number % 2 else 1]   # who goes first may find the machine warmer
        rates = {way: rate_of(contest.ways[way]) for way in order}
        rows += [dict(contest=contest.name, unit=contest.unit, way=way, round=number, rate=clock, cpu_rate=cpu,
                      against=contest.against, ratio=clock / rates[contest.against][0] if contest.against else np.nan)
                 for way, (clock, cpu) in rates.items()]
    return pd.DataFrame(rows)


def summary(
    rounds: pd.DataFrame,  # from `race`, of many contests
) -> pd.DataFrame:         # contest, way, unit, against, rate (by the clock, by CPU time), ratio with quartiles, rounds
    "Medians and quartiles over rounds."
    ways = rounds.query("round >= 0").groupby(["contest", "way", "unit", "against"], sort=False)
    quartile = lambda q: lambda x: x.quantile(q)
    return ways.agg(rate=("rate", "median"), cpu_rate=("cpu_rate", "median"), ratio=("ratio", "median"), low=("ratio", quartile(.25)),
                    high=("ratio", quartile(.75)), rounds=("round", "size")).reset_index()


def as_lines(
    table: pd.DataFrame,  # from `summary`
    part: str,            # of which part
) -> list[dict]:          # what JSON can hold
    "A line for each way; without a ratio where none is taken."
    table = table.assign(part=part).astype(object)
    return table.where(table.notna(), None).to_dict("records")


def machine():
    "Where this is measured."
    import torch, transformers
    model = [line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")][:1] \
        if os.path.exists("/proc/cpuinfo") else [platform.processor()]
    return dict(processor=model[0] if model else platform.machine(), cores=os.cpu_count(), load=round(os.getloadavg()[0], 1),
                python=platform.python_version(), torch=torch.__version__, transformers=transformers.__version__,
                threads=torch.get_num_threads(), bf16=torch.backends.cpu.get_cpu_capability())
