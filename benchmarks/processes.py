"""How much faster two processes of one thread are than one: tokens or programs a second, phase by phase.

    OMP_NUM_THREADS=1 torchrun --nproc-per-node 2 benchmarks/processes.py --rounds 5

A part of `make bench`, with a launch of its own. One launch measures both, by turns: what one process does is done by the first while
the second waits. So a machine that others use, too, treats both alike.
"""
import argparse
import json
import time

import pandas as pd
import torch

from turns import as_lines, summary

from temporal_abstraction.backbone import Backbone
from temporal_abstraction.data import expert_data
from temporal_abstraction.elbo import discover, DiscoverConfig
from temporal_abstraction.evaluation import sample_programs
from temporal_abstraction.internal_env import InternalEnv
from temporal_abstraction.internal_rl import rollout
from temporal_abstraction.metacontroller import Metacontroller, MetacontrollerConfig
from temporal_abstraction.pretraining import new_decoder, pretrain, PretrainConfig, ScratchConfig
from temporal_abstraction.processes import from_writer, is_writer, spread, team, wait
from temporal_abstraction.steering import as_policy
from temporal_abstraction.task import find_task
from temporal_abstraction.verifier import Candidate, Verifier

LANES, BATCH, STEPS, WIDTH = 32, 16, 2, 192


def prepare(n_e):
    "A random model of this width, experts' programs with residuals, and a metacontroller."
    task = find_task('many')
    model = new_decoder(task.tokenizer, ScratchConfig(n_e=n_e, n_layers=6, n_heads=6, n_ff=2 * n_e))
    backbone = Backbone(model, None, task.tokenizer)
    data = task.data(backbone, 'train', 2 * BATCH)
    torch.manual_seed(0)
    mc = Metacontroller(MetacontrollerConfig(n_e=backbone.n_e)).fit_scale(data.e_steps).eval()
    return task, backbone, data, mc


def phases(task, backbone, data, mc, verifier):
    "What is timed: name -> (unit, function that returns how many units it did and in how many seconds)."
    tokens = sum(data.lengths) / len(data) * BATCH
    def steps(history): return tokens * (len(history) - 1), history.seconds.iloc[-1] - history.seconds.iloc[0]
    def timed(n, work):
        start = time.perf_counter()
        work()
        return n, time.perf_counter() - start
    world, lanes = task.world(backbone, LANES, verifier)
    program = task.asked[0].prompt + '\n    return sum(i * i for i in range(100000))\n'
    candidates = [Candidate(f'{program}# {i}', task.asked[0].entry_point, [((1,), 1)]) for i in range(LANES)]
    common = dict(batch_size=BATCH, log_every=1, steps=STEPS + 1)
    return {
        'residuals': ('tokens', lambda: timed(sum(data.lengths), lambda: expert_data(backbone, data.rows, batch_size=8))),
        'adapt': ('tokens', lambda: steps(pretrain(backbone, data, PretrainConfig(**common)).history)),
        'discover': ('tokens', lambda: steps(discover(backbone, data, DiscoverConfig(**common)).history)),
        'explore, rollout': ('programs', lambda: timed(LANES, lambda: rollout(
            InternalEnv(backbone, mc, world), as_policy('prior', mc.config.n_z), seed=0, options=lanes))),
        'verify': ('programs', lambda: timed(LANES, lambda: spread(verifier, candidates))),
        'evaluate, sampling': ('programs', lambda: timed(LANES, lambda: sample_programs(
            backbone, task.asked, LANES, 1., max_new_tokens=40, batch_size=LANES)))}


def measured(rounds):
    "Rates of all rounds, one process and several by turns."
    task, backbone, data, mc = prepare(WIDTH)
    weights = f'{sum(p.numel() for p in backbone.parameters()) / 1e6:.1f} M'
    ways = {'one process': from_writer, f'{team().size} processes': lambda measure: measure()}
    rows = []
    with Verifier(workers=1, timeout=5.) as verifier:
        work = phases(task, backbone, data, mc, verifier)
        for number in range(-1, rounds):        # the first warms up
            for name, (unit, measure) in work.items():
                rates = {}
                for way, run in ways.items():
                    wait()
                    done, seconds = run(measure)
                    rates[way] = done / seconds
                rows += [dict(contest=f'{name}, {weights}', unit=unit, way=way, round=number, rate=rate, cpu_rate=float('nan'),
                              against='one process', ratio=rate / rates['one process']) for way, rate in rates.items()]
    return pd.DataFrame(rows)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--rounds', type=int, default=3)
    given = parser.parse_args()
    torch.set_num_threads(1)
    rounds = measured(given.rounds)
    if is_writer(): print(json.dumps(dict(lines=as_lines(summary(rounds), 'processes'))))


if __name__ == '__main__': main()
