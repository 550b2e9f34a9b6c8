"""How many moves a second the gridworld plays, and how many steps a second its expert walks, on one core.

    OMP_NUM_THREADS=1 python benchmarks/pinpad_speed.py

Writes `pinpad_speed.json` beside this file: median and quartiles over rounds in which the worlds take turns. Rates are millions a second
of CPU time of this process, user and system, which runs a single thread: what one core does when it has nothing else to do. `wall` is
the median by the clock on the wall, which suffers from whatever else the machine is doing.

- moves: `PinpadEnv.step` with 4096 lanes, all of them running. Moves are random but enter no colour, so that no episode ends before it is
  cut after T steps; then all lanes begin anew. Choosing these moves is not part of the time. Only lanes that run are counted.
- moves, with resets: the same, the time for drawing new layouts included.
- moves, at random: uniformly random moves, episodes end early, and ended lanes begin anew at the next step (`AutoresetMode.NEXT_STEP`).
  All is included, drawing moves and layouts too; the step at which a lane begins anew is not counted.
- expert: steps of episodes from `expert`, without what fills up shorter ones, layouts and observations included.
- expert, with floors: the same with both negative log likelihoods.
"""
import argparse
import json
import os
import platform
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import torch
from gymnasium.vector import AutoresetMode

from temporal_abstraction.pinpad import WORLDS, PinpadEnv, expert, layout_of

LANES = 4096


def now(): return np.array([process_time(), perf_counter()])


def careful_moves(env, obs, rng):
    "Random moves that enter no coloured cell, where there are any"
    world, lanes = env.world, np.arange(env.num_envs)
    place, coloured = layout_of(world, obs), np.zeros((env.num_envs, world.size + 2, world.size + 2), bool)
    for cells in place[:, :world.colours].T: coloured[lanes, cells // world.size + 1, cells % world.size + 1] = True
    r, c = place[:, -1] // world.size + 1, place[:, -1] % world.size + 1
    bad = np.stack([coloured[lanes, r - 1, c], coloured[lanes, r + 1, c], coloured[lanes, r, c - 1], coloured[lanes, r, c + 1]], 1)
    return np.where(bad, -1, rng.random(bad.shape)).argmax(1)


def running_lanes(world, seed, episodes=2):
    "Millions of moves a second of running lanes, without and with resets; and the share of lanes that ran"
    env, rng, moves, stepping, start_anew = PinpadEnv(LANES, world), np.random.default_rng(seed), 0, 0., 0.
    env.reset(seed=seed)
    for _ in range(episodes):
        start = now()
        obs, _ = env.reset()
        start_anew += now() - start
        for _ in range(world.max_steps):
            actions, live = careful_moves(env, obs, rng), LANES - env.done.sum()
            start = now()
            obs, *_ = env.step(actions)
            stepping += now() - start
            moves += live
    return moves / stepping / 1e6, moves / (stepping + start_anew) / 1e6, moves / (episodes * world.max_steps * LANES)


def random_lanes(world, seed, steps=200):
    "Millions of random moves a second, ended lanes beginning anew"
    env, rng, moves = PinpadEnv(LANES, world, autoreset=AutoresetMode.NEXT_STEP), np.random.default_rng(seed), 0
    env.reset(seed=seed)
    start = now()
    for _ in range(steps):
        moves += LANES - env.done.sum()
        env.step(rng.integers(4, size=LANES))
    return moves / (now() - start) / 1e6


def expert_steps(world, seed, floors=False, n=4 * LANES):
    "Millions of expert steps a second"
    start = now()
    walks = expert(world, n, torch.Generator().manual_seed(seed), floors=floors)
    return walks.mask.sum().item() / (now() - start) / 1e6


def measure(world, seed):
    "One round in one world"
    moves, with_resets, live = running_lanes(world, seed)
    assert live > 0.99
    return {"moves": moves, "moves, with resets": with_resets, "moves, at random": random_lanes(world, seed),
            "expert": expert_steps(world, seed), "expert, with floors": expert_steps(world, seed, floors=True, n=LANES)}


def summary(rates):
    "Median and quartiles by CPU time, and the median by the clock on the wall"
    cpu, wall = np.transpose(rates)
    return dict(zip(("q1", "median", "q3"), np.quantile(cpu, (.25, .5, .75)).round(2).tolist()), wall=round(float(np.median(wall)), 2))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9, help="rounds, the worlds taking turns in each, after one to warm up")
    args = parser.parse_args()
    torch.set_num_threads(1)
    rounds = {name: [] for name in WORLDS}
    for seed in range(args.rounds + 1):
        for name, world in WORLDS.items(): rounds[name].append(measure(world, seed))
    spread = {name: {what: summary([run[what] for run in runs[1:]]) for what in runs[0]} for name, runs in rounds.items()}
    machine = dict(cores=os.cpu_count(), load=round(os.getloadavg()[1], 1), python=platform.python_version(),
                   numpy=np.__version__, torch=torch.__version__)
    record = dict(command="OMP_NUM_THREADS=1 python benchmarks/pinpad_speed.py", unit="millions a CPU second, one thread", lanes=LANES,
                  rounds=args.rounds, machine=machine, worlds=spread)
    text = json.dumps(record, indent=1)
    Path(__file__).with_suffix(".json").write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
