"""The parts of `make bench` that run in one process, by name: what each compares."""
from contests import compiled, control, discovery, generation, length, start, verdicts
from gridworld import gridworld
from sizes import sizes

PARTS = {part.__name__: part for part in (control, discovery, generation, sizes, length, compiled, gridworld, verdicts, start)}
