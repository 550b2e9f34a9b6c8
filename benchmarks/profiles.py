"""Where the time of each piece of work goes, and how far it is from the least that its multiplications could take.

Times are CPU seconds of one thread, by `torch.profiler`. *Least* is the time its matrix products would take at the rate of one large product
on this machine, in the same precision; a step of generation reads every weight for a few numbers, so there memory bounds, and it is the
time to read the weights once a token at the rate of one large matrix times a vector.
"""
import time

import pandas as pd
import torch
from torch.profiler import ProfilerActivity, profile

from contests import (WIDTH, discovery_step, random_data, rollout_of, small_backbone, smollm2, steered)

from temporal_abstraction.consolidation import ConsolidateConfig, consolidate
from temporal_abstraction.evaluation import judge, sample_programs
from temporal_abstraction.metacontroller import Metacontroller, MetacontrollerConfig
from temporal_abstraction.task import find_task, load_shipped

KINDS = {  # what the name of an operation holds: its kind, the first that fits
    "matrix products": ("mm", "linear", "matmul", "gru", "einsum"),
    "attention": ("attention",),
    "copies": ("cat", "copy", "clone", "index", "gather", "contiguous", "stack", "select", "slice", "embedding", "fill", "zero"),
}


def kind_of(name):
    "The kind of an operation."
    return next((kind for kind, words in KINDS.items() if any(w in name.lower() for w in words)), "the rest of torch")


def product_rate(dtype):
    "Multiplications and additions a second in one large matrix product."
    a = torch.randn(512, 1024, dtype=dtype)
    b = torch.randn(1024, 1024, dtype=dtype)
    a @ b
    spent = []
    for _ in range(7):
        start = time.process_time()
        for _ in range(5): a @ b
        spent.append((time.process_time() - start) / 5)
    return 2 * 512 * 1024 * 1024 / sorted(spent)[3]


def read_rate(dtype):
    "Bytes of weights a second, when each is used once."
    w = torch.randn(8192, 4096, dtype=dtype)
    x = torch.randn(4096, dtype=dtype)
    w @ x
    spent = []
    for _ in range(7):
        start = time.process_time()
        w @ x
        spent.append(time.process_time() - start)
    return w.numel() * w.element_size() / sorted(spent)[3]


def measured(work, dtype=torch.float32):
    "CPU seconds of a piece of work, its shares by kind of operation, and the least for its products."
    work()
    start = time.process_time()
    work()
    seconds = time.process_time() - start
    start = time.perf_counter()   # as the profiler does, which does not see when another process has the core
    with profile(activities=[ProfilerActivity.CPU], with_flops=True) as recorded: work()
    profiled = time.perf_counter() - start
    events = recorded.key_averages()
    shares = pd.Series([e.self_cpu_time_total / 1e6 for e in events]).groupby([kind_of(e.key) for e in events]).sum() / profiled
    flops = sum(e.flops or 0 for e in events)
    return dict(shares, **{"Python, waiting and profiler": max(0., 1 - shares.sum())}, seconds=seconds, least=flops / product_rate(dtype))


def imitation():
    "A round of phase 4 on forty right programs."
    backbone = load_shipped("base", "tables")
    rows = list(find_task("tables").data(backbone, "train", 40).rows.select_columns(["prompt", "completion"]))
    config = ConsolidateConfig(steps=4)
    return lambda: consolidate(backbone, rows, config)


def evaluation():
    "Sixty-four programs written and judged; the sandboxes' own time is not this process's."
    backbone = load_shipped("base", "tables")
    task = find_task("tables")
    verifier = task.verifier(workers=2)
    longest = task.longest(backbone.tokenizer)
    def work():
        written = sample_programs(backbone, task.asked, 64, 1., seed=0, max_new_tokens=longest, batch_size=64)
        judge(written, verifier, 8, "evaluation", task.asked)
    return work


def profiles():
    "A line for each piece: CPU seconds, shares, and the least."
    backbone = small_backbone()
    mc = Metacontroller(MetacontrollerConfig(WIDTH))
    big, big_mc = smollm2()
    texts = random_data(big, 8, 64)
    half = torch.bfloat16
    pieces = {
        "discovery step, 128 x 32": (discovery_step(backbone, mc, next(iter(random_data(backbone, 128, 32).loader(128)))), torch.float32),
        "discovery step, SmolLM2, 8 x 64": (discovery_step(big, big_mc, next(iter(texts.loader(8))), torch.arange(1900)), half),
        "internal rollout, 256 x 30": (rollout_of(backbone, mc, 256, 30), torch.float32),
        "generation, SmolLM2, 32 x 32": (steered(big, big_mc, 32, 32), half),
        "generation, SmolLM2, 1 x 32": (steered(big, big_mc, 1, 32), half),
        "imitation, four steps of 64": (imitation(), torch.float32),
        "evaluation, 64 programs": (evaluation(), torch.float32)}
    weights = sum(p.numel() * p.element_size() for p in big.model.parameters())
    for name, (work, dtype) in pieces.items():
        line = measured(work, dtype)
        if name.endswith("1 x 32"): line["least"] = 32 * weights / read_rate(half)
        yield dict(piece=name, **line)
