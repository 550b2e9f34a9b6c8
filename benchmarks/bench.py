"""Ours and its peers in turn: rates, ratios, and how they grow with length.

    make bench
    make bench SIZE=small

Writes `speed_<size>.json` beside this file (every contest: medians, quartiles, rounds, machine) and `speed_<size>.md`, a table to read.
A peer that cannot be installed is skipped, and the table says so. With `--check` nothing is written, but compared with what was recorded.
"""
import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

os.environ |= dict(TOKENIZERS_PARALLELISM="false", TRANSFORMERS_VERBOSITY="error", HF_DATASETS_DISABLE_PROGRESS_BARS="1", TQDM_DISABLE="1")

import pandas as pd
import torch

HERE = Path(__file__).parent
ROUNDS = dict(small=3, full=3)
NAMES = "control", "discovery", "generation", "sizes", "length", "compiled", "gridworld", "processes", "verdicts", "start", "profiles"
LEAST = .5   # of the recorded ratio


def run_part(name, size):
    "One part in this process: lines of the summary, memory by length, and why a peer is missing."
    from contests import peaks
    from parts import PARTS
    from peers import Absent
    from profiles import profiles
    from turns import as_lines, race, summary
    torch.set_num_threads(1)
    torch.manual_seed(0)
    if name == "profiles": return dict(lines=[], profiles=list(profiles()))
    try: rounds = pd.concat([race(contest, ROUNDS[size]) for contest in PARTS[name](size)])
    except Absent as reason: return dict(lines=[], skipped=str(reason))
    return dict(lines=as_lines(summary(rounds), name), memory=dict(peaks(size)) if name == "length" else {})


def run_apart(name, size):
    "The same in a process of its own, so that parts do not warm or crowd each other."
    launch = ["-m", "torch.distributed.run", "--nproc-per-node", "2", HERE / "processes.py"]
    command = [sys.executable, *(launch if name == "processes" else [__file__, "--only", name, "--size", size])]
    out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return json.loads(out.splitlines()[-1])


def write(found, size):
    "What was measured, as JSON and as a table; parts not measured now stay as they were."
    from turns import machine
    path = HERE / f"speed_{size}.json"
    record = json.loads(path.read_text()) if path.exists() else dict(lines=[], skipped={}, memory={}, profiles=[])
    record |= dict(command=f"make bench SIZE={size}", machine=machine())
    record["lines"] = [line for line in record["lines"] if line["part"] not in found]
    for name, part in found.items():
        record["lines"] += part["lines"]
        record["skipped"] = {k: v for k, v in record["skipped"].items() if k != name} | ({name: part["skipped"]} if "skipped" in part else {})
        record |= {k: part[k] for k in ("memory", "profiles") if part.get(k)}
    record["lines"].sort(key=lambda line: NAMES.index(line["part"]))
    path.write_text(json.dumps(record, indent=1) + "\n")
    path.with_suffix(".md").write_text(as_table(record))


def as_table(record):
    "A line for each way of each contest."
    rows = [f"| {r['contest']} | {r['way']} | {r['rate']:,.4g} {r['unit']} | {ratio_of(r)} |" for r in record["lines"]]
    memory = [f"| {n} | {mb} MB |" for n, mb in record["memory"].items()]
    profiles = [f"| {p['piece']} | {p['seconds']:.2f} | {p['least']:.2f} | {p['matrix products']:.0%} |" for p in record["profiles"]]
    about = ", ".join(f"{k} {v}" for k, v in record["machine"].items())
    return "\n".join([
        f"Command: `{record['command']}`. Medians; the ratio is taken within each round, with quartiles. {about}.", "",
        *[f"Skipped: {name}, {why}" for name, why in record["skipped"].items()],
        "| contest | way | a second | times the one compared with |", "|---|---|---:|---:|", *rows, "",
        "| steps of a text | memory of a discovery step |", "|---:|---:|", *memory, "",
        "| piece of work | CPU seconds | least for its products | share of products |", "|---|---:|---:|---:|", *profiles, ""])


def ratio_of(row):
    "A ratio with its quartiles; nothing for the way that the others are compared with."
    if row["way"] == row["against"] or not row["against"]: return ""
    return f"{row['ratio']:.2f} ({row['low']:.2f} to {row['high']:.2f})"


def fallen(lines, recorded):
    "Ratios of ours that fell below half of what was recorded, in words."
    known = {(r["contest"], r["way"]): r["ratio"] for r in recorded}
    ours = [r for r in lines if r["way"].startswith(("ours", "steered")) and (r["contest"], r["way"]) in known]
    return [f"{r['contest']}, {r['way']}: {r['ratio']:.2f} times {r['against']}, recorded {known[r['contest'], r['way']]:.2f}"
            for r in ours if r["ratio"] < LEAST * known[r["contest"], r["way"]]]


def check(names, size):
    "Measure parts, again where something seems to have become slow, and leave with 1 where it is so twice."
    recorded = json.loads((HERE / f"speed_{size}.json").read_text())["lines"]
    slow = []
    for name in names:
        found = run_apart(name, size)
        if found.get("skipped"): print(f"{name}: skipped, {found['skipped']}")
        if fallen(found["lines"], recorded): found = run_apart(name, size)   # a busy moment is no fault of the code
        slow += fallen(found["lines"], recorded)
        for r in found["lines"]: print(f"{r['contest']}, {r['way']}: {r['rate']:.4g} {r['unit']} a second {ratio_of(r)}")
    if slow: sys.exit("Slower than half of what was recorded:\n" + "\n".join(slow))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=ROUNDS, default="full")
    parser.add_argument("--parts", nargs="+", choices=NAMES, default=NAMES, help="some parts only; the record of the others is kept")
    parser.add_argument("--check", action="store_true", help="compare with the recorded ratios, and write nothing")
    parser.add_argument("--only", choices=NAMES, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.only: return print(json.dumps(run_part(args.only, args.size)))
    if args.check: return check(args.parts, args.size)
    write({name: run_apart(name, args.size) for name in args.parts}, args.size)
    print((HERE / f"speed_{args.size}.md").read_text())


if __name__ == "__main__": main()
