"""Kill every phase at random moments, spoil every kind of file: what is lost, and what goes unnoticed?

    OMP_NUM_THREADS=1 python benchmarks/run_durability.py --kills 4 --corruptions 120

Runs a tiny base through the phases: once on the six problems, once on prompts and tests alone, which even a random model
solves now and then, so that there is something to gather and to consolidate. Writes `run_durability.csv` and `run_durability.md` beside this file.
"""
import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

os.environ |= dict(TOKENIZERS_PARALLELISM="false", TRANSFORMERS_VERBOSITY="error", HF_DATASETS_DISABLE_PROGRESS_BARS="1", TQDM_DISABLE="1")

import pandas as pd
import torch
from torch.optim.optimizer import register_optimizer_step_post_hook
from transformers import LlamaConfig, LlamaForCausalLM

from temporal_abstraction import pipeline
from temporal_abstraction.backbone import Backbone
from temporal_abstraction.finding import FindAndConsolidateConfig, FindConfig
from temporal_abstraction.internal_rl import InternalRLConfig
from temporal_abstraction.pinpad import WORLDS, expert
from temporal_abstraction.pinpad_base import new_base
from temporal_abstraction.pipeline import (
    AdaptConfig, CompareConfig, DiscoverConfig, EvaluateConfig, GatherConfig, Machine, RLConfig, Run, set_seed)
from temporal_abstraction.pretraining import ScratchConfig, batch_by_length, train_base
from temporal_abstraction.runs import RunError, write_history
from temporal_abstraction.storage import fingerprint
from temporal_abstraction.token_rl import MomentumGRPOConfig, TokenGRPOConfig

SMALL = dict(steps=40, batch_size=8, log_every=10)
ADAPT, DISCOVER = AdaptConfig(n_per_problem=16, **SMALL), DiscoverConfig(**SMALL)
RL = RLConfig(updates=4, group=2, distil_steps=20)
TOKENS = dict(lanes=12, group=4, epochs=3)
RIVALS = CompareConfig(
    RL, EvaluateConfig(n_samples=1), TokenGRPOConfig(**TOKENS), MomentumGRPOConfig(**TOKENS), seeds=1,
    methods=("token GRPO", "momentum GRPO"))
GATHER = GatherConfig(n=16, max_new_tokens=8, keep=16, prompts=1)
CONSOLIDATE = FindAndConsolidateConfig(
    rounds=6, programs=16, steps=6, batch_size=8, solved=1.,
    find=FindConfig(by="internal RL", n_experts=16, lanes=16, rl=InternalRLConfig(updates=3, epochs=3)))
ASIDE = "rivals", "base", "gather"   # phases that later ones read nothing of
PLACES = dict(rivals="compare")      # folders of those that are named otherwise
FOREIGN = "adapter_config.json", "adapter_model.safetensors", "generation_config.json"   # files that loaders look for
SCRATCH = ScratchConfig(steps=60, batch_size=32, n_e=32, n_layers=2, n_ff=64, log_every=20)


def tiny_base(folder):
    "A small random Llama that reads the tokens of the default base."
    tokenizer = Backbone.from_pretrained("smollm2").tokenizer
    torch.manual_seed(0)
    sizes = dict(hidden_size=32, intermediate_size=64, num_hidden_layers=4, num_attention_heads=4, num_key_value_heads=2)
    LlamaForCausalLM(LlamaConfig(vocab_size=len(tokenizer), **sizes)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


def own_task(file, shown):
    "Functions that give back what they got; what follows a prompt is a comment, so that most of what is written passes."
    row = lambda i: dict(prompt=f"def f{i}(x):\n    return x  # {i} ", entry_point=f"f{i}", tests=[[[1], 1], [[2], 2], [[3], 3]])
    rows = [row(i) | (dict(completion=f"number {i}") if i < shown else {}) for i in range(12)]
    file.write_text("\n".join(map(json.dumps, rows)))
    return str(file)


def from_nothing(run):
    "A base of the gridworld, trained from nothing."
    settings = vars(SCRATCH)
    if run.done("base", settings): return
    world = WORLDS["mini"]
    with run.writing("base", settings) as folder:
        sample = batch_by_length(lambda n, generator: expert(world, n, generator))
        result = train_base(new_base(world.nvec, 4, SCRATCH), sample, SCRATCH, checkpoint=folder / "checkpoints")
        result.save(folder / "backbone")
        write_history(folder, result.history)


def phases(base, seed=0):
    "Phase -> a function of a run that makes it."
    return dict(adapt=lambda r: pipeline.adapt(r, base, dtype="float32", config=replace(ADAPT, seed=seed)),
                discover=lambda r: pipeline.discover(r, replace(DISCOVER, seed=seed)),
                explore=lambda r: pipeline.explore(r, set_seed(RL, seed)),
                rivals=lambda r: pipeline.compare(r, RIVALS, machine=Machine(jobs=1)), base=from_nothing)


def own_phases(base, work, seed=0):
    "The same for tasks of one's own: one without experts, and one with some."
    tiny = dict(steps=10, batch_size=4, log_every=10, seed=seed)
    unshown, shown = (own_task(work / f"{n} shown.jsonl", n) for n in (0, 9))
    return dict(gather=lambda r: pipeline.gather(r, base, "float32", replace(GATHER, seed=seed), unshown),
                adapt=lambda r: pipeline.adapt(r, base, dtype="float32", config=AdaptConfig(**tiny), task=shown),
                discover=lambda r: pipeline.discover(r, DiscoverConfig(**tiny)),
                consolidate=lambda r: pipeline.consolidate(r, replace(CONSOLIDATE, seed=seed)))


def start(job, counter):
    "Run job() in a process group of its own that notes every optimiser step."
    if pid := os.fork(): return pid
    os.setsid()
    os.dup2(os.open(counter.with_suffix(".log"), os.O_CREAT | os.O_WRONLY | os.O_APPEND), 1)
    os.dup2(1, 2)
    steps, code = open(counter, "ab", buffering=0), 1
    register_optimizer_step_post_hook(lambda *_: steps.write(b".") and None)
    try:
        job()
        code = 0
    except RunError as e: print(e, flush=True)
    finally: os._exit(code)


def ended(pid): return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
def steps_made(counter): return counter.stat().st_size if counter.exists() else 0


def outcome(folder):
    "Hashes of everything that a phase ends with, but for the time it took."
    found = {p: p.read_bytes() for p in folder.rglob("*.safetensors")}
    for p in folder.rglob("*.csv"): found[p] = pd.read_csv(p).drop(columns="seconds", errors="ignore").to_csv().encode()
    return {p.relative_to(folder).as_posix(): fingerprint(content) for p, content in found.items()}


def kill(phase, make, ready, work, rng, times):
    "Make a phase, killed `times` times at random moments, next to one that is left alone; as often as that takes."
    def fresh(name): return Run(shutil.copytree(ready, work / name, ignore=shutil.ignore_patterns(".lock")))
    whole, n = fresh("whole"), work / "n"
    began = time.perf_counter()
    assert ended(start(lambda: make(whole), n)) == 0, n.with_suffix(".log").read_text()
    took, needed = time.perf_counter() - began, steps_made(n)
    end, rows = outcome(whole / PLACES.get(phase, phase)), []
    while (missing := times - sum(row["kills"] for row in rows)) > 0:
        torn, made = fresh(f"torn {len(rows)}"), work / f"made {len(rows)}"
        kills = sum(killed(start(lambda: make(torn), made), rng.uniform(.1, .6) * took) for _ in range(missing))
        code = ended(start(lambda: make(torn), made))
        same = code == 0 and bool(end) and end == outcome(torn / PLACES.get(phase, phase))
        rows.append(dict(kills=kills, lost=steps_made(made) - needed, same=same, exit=code))
    found = pd.DataFrame(rows)
    return dict(phase=phase, kills=found.kills.sum(), runs=len(found), steps=needed, lost=found.lost.sum(),
                most_lost=found.lost.max(), same_end=found.same.all(), exit=found.exit.max())


def killed(pid, seconds):
    "Kill a process group after so many seconds; False if it has ended by itself."
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        if os.waitpid(pid, os.WNOHANG)[0]: return False
        time.sleep(.001)
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return True


def use(run):
    "A hash of all that later phases read of a run."
    bb, mc = pipeline.load_backbone(run), pipeline.load_metacontroller(run)
    data = pipeline.load_task(run).data(bb, "train", folder=run / "residuals")
    there = [phase for phase in ("gather", "adapt", "discover", "explore", "consolidate") if (run / phase).is_dir()]
    settings = [run.config(phase) for phase in there]
    learned = [pipeline.load_policy(run, k) for k in ("distilled", "policy")] if "explore" in there else []
    if "consolidate" in there: learned.append(pipeline.load_consolidated(run).model)
    return fingerprint(bb.model, bb.layer, bb.tokenizer.backend_tokenizer.to_str(), mc, data.e, learned, settings)


def spoil(run, other, rng):
    "Change one thing in a run; what was done to what."
    files = sorted(p for p in run.out.rglob("*") if p.is_file() and p.name != ".lock")
    path, how = rng.choice(files), rng.choice(["bit", "bytes", "cut", "empty", "other run", "lost", "added", "exchanged"])
    data, twin = path.read_bytes(), other / path.relative_to(run.out)
    at = rng.randrange(len(data))
    if how == "bit": path.write_bytes(data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1:])
    if how == "bytes": path.write_bytes(data[:at] + rng.randbytes(16) + data[at + 16:])
    if how == "cut": path.write_bytes(data[:at])
    if how == "empty": path.write_bytes(b"")
    if how == "other run": shutil.copy(twin, path)
    if how == "lost": path.unlink()
    if how == "added": shutil.copy(path, path.with_name(rng.choice([name for name in FOREIGN if name != path.name])))
    if how == "exchanged":
        phase = run / path.relative_to(run.out).parts[0]
        shutil.rmtree(phase)
        shutil.copytree(other / phase.name, phase)
    return how


def corrupt(ready, other, work, n, rng):
    "What became of n changes in a run: (kind, whether it was refused, went unnoticed, or makes no difference)."
    right, found = use(ready), []
    for _ in range(n):
        shutil.rmtree(work, ignore_errors=True)
        run = Run(shutil.copytree(ready.out, work, ignore=shutil.ignore_patterns(".lock")))
        how = spoil(run, other, rng)
        try: outcome = "no difference" if use(run) == right else "changed silently"
        except RunError: outcome = "refused"
        except Exception as e: outcome = f"{type(e).__name__}"
        found.append((how, outcome))
    return found


def count(found):
    "How often what became of which kind of change."
    counts = pd.Series(Counter(found)).unstack(fill_value=0)
    return counts.reindex(columns=sorted({"refused", "changed silently", "no difference", *counts.columns}), fill_value=0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=4, help="of each phase, one after the other")
    parser.add_argument("--corruptions", type=int, default=120)
    parser.add_argument("--seed", type=int, default=0)
    a = parser.parse_args()
    torch.set_num_threads(1)
    rng, work, here = random.Random(a.seed), Path(tempfile.mkdtemp()), Path(__file__).parent
    base = tiny_base(work / "model")
    rows, found = [], []
    for name, todo in dict(shown=lambda seed: phases(base, seed), own=lambda seed: own_phases(base, work, seed)).items():
        ready, other = Run(work / name), Run(work / f"{name} other")
        ready.out.mkdir()
        for phase, make in todo(0).items():
            place = work / f"{name} {phase}"
            place.mkdir()
            rows.append(dict(task=name) | kill(phase, make, ready.out, place, rng, a.kills))
            print(rows[-1], flush=True)
            if phase not in ASIDE: shutil.copytree(place / "whole", ready.out, dirs_exist_ok=True)
        for phase, make in todo(1).items():
            if phase not in ASIDE: make(other)
        found += corrupt(ready, other, work / "spoilt", a.corruptions // 2, rng)
    kills, spoilt = pd.DataFrame(rows), count(found)
    kills.to_csv(here / "run_durability.csv", index=False)
    text = f"Kills at random moments of each phase:\n\n```\n{kills.to_string(index=False)}\n```\n\nChanges in a finished run:\n\n```\n{spoilt.to_string()}\n```\n"
    (here / "run_durability.md").write_text(text)
    print(text)
    shutil.rmtree(work)
    sys.exit(int(not kills.same_end.all() or spoilt["changed silently"].any()))


if __name__ == "__main__": main()
