"""The gridworld's part: moves that it plays and steps that its expert walks, in each preset. Rates are those of CPU time, one thread.

- moves: episodes of 4096 lanes that run until they are cut, layouts included. Moves are random but enter no colour, and are chosen before.
- moves, at random: uniformly random; episodes end early and begin anew at the next step (`AutoresetMode.NEXT_STEP`), drawing moves included.
- expert: steps of episodes from `expert`, without what fills up shorter ones; layouts and observations included.
- expert, with floors: the same with both negative log likelihoods.
"""
import numpy as np
import torch
from gymnasium.vector import AutoresetMode

from turns import Contest

from temporal_abstraction.pinpad import WORLDS, PinpadEnv, expert, layout_of

LANES = dict(small=256, full=4096)


def careful_moves(env, obs, rng):
    "Random moves that enter no coloured cell, where there are any."
    world, lanes = env.world, np.arange(env.num_envs)
    place, coloured = layout_of(world, obs), np.zeros((env.num_envs, world.size + 2, world.size + 2), bool)
    for cells in place[:, :world.colours].T: coloured[lanes, cells // world.size + 1, cells % world.size + 1] = True
    r, c = place[:, -1] // world.size + 1, place[:, -1] % world.size + 1
    bad = np.stack([coloured[lanes, r - 1, c], coloured[lanes, r + 1, c], coloured[lanes, r, c - 1], coloured[lanes, r, c + 1]], 1)
    return np.where(bad, -1, rng.random(bad.shape)).argmax(1)


def episodes(world, lanes, seed=0):
    "An episode of each lane, whose moves are chosen before."
    env, rng, moves = PinpadEnv(lanes, world), np.random.default_rng(seed), []
    obs, _ = env.reset(seed=seed)
    for _ in range(world.max_steps):
        moves.append(careful_moves(env, obs, rng))
        assert env.done.mean() < .01   # all lanes run
        obs, *_ = env.step(moves[-1])
    def work():
        env.reset(seed=seed)
        for actions in moves: env.step(actions)
        return lanes * len(moves)
    return work


def random_moves(world, lanes, steps=200, seed=0):
    "Random moves, ended lanes beginning anew; the step at which one does is not counted."
    env, rng = PinpadEnv(lanes, world, autoreset=AutoresetMode.NEXT_STEP), np.random.default_rng(seed)
    env.reset(seed=seed)
    def work():
        moves = 0
        for _ in range(steps):
            moves += lanes - env.done.sum()
            env.step(rng.integers(4, size=lanes))
        return moves
    return work


def walks(world, n, floors=False, seed=0):
    "The expert's episodes."
    return lambda: expert(world, n, torch.Generator().manual_seed(seed), floors=floors).mask.sum().item()


def gridworld(size):
    "Moves and steps of the expert, in each preset."
    lanes = LANES[size]
    for name, world in WORLDS.items():
        yield Contest(f"gridworld, {name}", "steps", {
            "moves": episodes(world, lanes), "moves, at random": random_moves(world, lanes),
            "expert": walks(world, 4 * lanes), "expert, with floors": walks(world, lanes, floors=True)})
