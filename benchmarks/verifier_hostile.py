"""Programs that attack the verifier, and honest ones that must not suffer for it: how many are judged right?

    python benchmarks/verifier_hostile.py
    setpriv --reuid 65534 --regid 65534 --clear-groups PYTHON benchmarks/verifier_hostile.py

Each family is tried on both rungs, and the lower one also on kernels with an older Landlock or none, which are
imitated by changing the kernel's answer. Prints a table of right / tried and writes it to `verifier_hostile.csv`
beside this file, where the rows of another user stay as they are.
"""
import argparse
import ctypes
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import pandas as pd
from verifier_attacks import COUNTERS
from verifier_attacks import FILES
from verifier_attacks import FORGE
from verifier_attacks import HONEST
from verifier_attacks import REACHING
from verifier_attacks import STALLING

from temporal_abstraction import sandbox
from temporal_abstraction import verifier as judge
from temporal_abstraction.verifier import Candidate
from temporal_abstraction.verifier import Verifier

DOUBLE = [((1,), 2), ((2,), 4), ((5,), 10)]


def older_kernel(version):
    "Make sandboxes believe that the kernel knows this version of Landlock; 0: none"
    if version: answer = (f"call = g['_call']; g['_call'] = lambda name, *args: {version} if name == 'syscall' "
                          "and args[0] == 444 and args[1] is None else call(name, *args)")
    else: answer = "g['_landlock_version'] = lambda: (_ for _ in ()).throw(OSError(38, 'none'))"
    return judge._START.replace("runpy.run_path", "main = runpy.run_path").replace(
        "['main'](", f"['main']; g = main.__globals__; {answer}; main(")


class Bait:
    "Things of the caller's that a candidate might reach, and whether they are as they were"
    def __init__(self):
        self.libc, self.folder = ctypes.CDLL(None, use_errno=True), tempfile.mkdtemp()
        for name in ("secret", "other"): Path(self.folder, name).write_text("precious")
        self.victim = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(999)"])
        self.servers = [socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2)]
        names = f"\0hostile-{os.getpid()}", f"{self.folder}/log"
        for server, name in zip(self.servers, names):
            server.bind(name)
            server.setblocking(False)
        self.queue = self.libc.msgget(0, 0o1600)
        self.libc.msgsnd(self.queue, struct.pack("l16s", 1, b"a secret"), 16, 0)
        self.semaphore, self.memory = self.libc.semget(0, 1, 0o1600), self.libc.shmget(0, 4096, 0o1600)
        self.posix = f"hostile-{os.getpid()}"
        self.libc.syscall(240, self.posix.encode(), 0o102, 0o600, 0)
        allowed = [n[0] for t in (sandbox._ALLOWED, sandbox._PRIVATE_FILES, sandbox._IDS, sandbox._CHECKED) for n in t.values()]
        self.told = dict(secret=f"{self.folder}/secret", other=f"{self.folder}/other", pid=self.victim.pid,
                         abstract=names[0], path=names[1], queue=self.queue, semaphore=self.semaphore,
                         memory=self.memory, posix=self.posix, allowed={n for n in allowed if n is not None})
        self.before = self.look()

    def look(self):
        "The state of everything"
        heard = []
        for server in self.servers:
            try: heard.append(server.recv(9))
            except BlockingIOError: heard.append(None)
        boxes = [ctypes.create_string_buffer(256) for _ in range(3)]
        kept = [self.libc.msgctl(self.queue, 2, boxes[0]), self.libc.semctl(self.semaphore, 0, 2, boxes[1]),
                self.libc.shmctl(self.memory, 2, boxes[2])]
        state = [Path(self.folder, n).stat() for n in ("secret", "other")]
        return (sorted(os.listdir(self.folder)), [(s.st_mode, s.st_size, s.st_mtime_ns, s.st_nlink) for s in state],
                self.victim.poll(), heard, kept, boxes[0].raw[88:96])

    def remove(self):
        "Clean up"
        self.victim.kill()
        self.victim.wait()
        for server in self.servers: server.close()
        for name in os.listdir(self.folder): os.unlink(f"{self.folder}/{name}")
        os.rmdir(self.folder)
        for call, number in (("msgctl", self.queue), ("shmctl", self.memory)): getattr(self.libc, call)(number, 0, None)
        self.libc.semctl(self.semaphore, 0, 0)
        self.libc.syscall(241, self.posix.encode())


def counting(verifier):
    "Programs that count their calls, and are right only if that works"
    tail = "\ndef f(x): return (2, 4, 10)[bump()]"
    verdicts = verifier([Candidate(code + tail, "f", DOUBLE) for code in COUNTERS.values()] * 2)
    names = list(COUNTERS) * 2
    return {f"{name}, {i}": not v.passed for i, (name, v) in enumerate(zip(names, verdicts))}, verdicts


def reaching(verifier, closed=True):
    "Programs that reach for what is the caller's; `closed`: is the file's content out of reach?"
    right, verdicts = {}, []
    for name, (code, success) in REACHING.items():
        bait = Bait()
        try:
            verdict = verifier([Candidate(code, "f", [((bait.told,), success)])])[0]
            may = not closed and name.startswith("read a file")
            right[name] = (may or not verdict.passed) and bait.look() == bait.before
            verdicts.append(verdict)
        finally: bait.remove()
    return right, verdicts


def stalling(verifier):
    "Programs that make the caller work"
    right, verdicts = {}, []
    for name, attack in STALLING.items():
        for tolerance in (None, 1e-6):
            code = FORGE.replace("ATTACK", attack.replace("SIZE", str(20 << 20)))
            memory, cpu = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
            verdicts += verifier([Candidate(code, "f", [((i,), 2 * i) for i in range(10)], tolerance)])
            cpu, memory = time.process_time() - cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
            right[f"{name}, {tolerance}"] = not verdicts[-1].passed and cpu < 0.3 and memory < 60 << 10
    return right, verdicts


def honest(verifier):
    "Programs that must pass"
    programs = HONEST | (FILES if verifier.isolation.startswith("namespaces") else {})
    verdicts = verifier([Candidate(code, "f", tests, 1e-6 if "tolerance" in name else None)
                         for name, (code, tests) in programs.items()])
    return {name: v.passed for name, v in zip(programs, verdicts)}, verdicts


def has_namespaces():
    "Is the upper rung to be had here?"
    try: Verifier(workers=1, isolation="strict").close()
    except RuntimeError as error: return print("no upper rung:", error)
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = Path(__file__).with_suffix(".csv")
    parser.add_argument("--out", type=Path, default=here, help="where the table is written")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    signal.alarm(1500)
    held = [tempfile.TemporaryFile() for _ in range(100)]
    user, rows, start = "root" if os.geteuid() == 0 else "ordinary user", [], judge._START
    kernels = [("namespaces", "strict", None)] if has_namespaces() else []
    kernels += [("rlimits", "rlimits", None)]
    kernels += [(f"rlimits, Landlock {v}" if v else "rlimits, no Landlock", "rlimits", v) for v in (5, 3, 2, 1, 0)]
    for rung, isolation, version in kernels:
        judge._START = start if version is None else older_kernel(version)
        families = dict(counting=counting, reaching=reaching, stalling=stalling, honest=honest)
        if version is not None: families = dict(reaching=lambda v: reaching(v, closed=version > 0))
        with Verifier(workers=2, timeout=3, memory_mb=256, isolation=isolation) as verifier:
            for family, run in families.items():
                right, verdicts = run(verifier)
                rows.append(dict(user=user, rung=rung, family=family, right=sum(right.values()), tried=len(right)))
                print(rows[-1], *[f"\n   WRONG: {n}: {v}" for (n, ok), v in zip(right.items(), verdicts) if not ok], flush=True)
    for file in held: file.close()
    table = pd.DataFrame(rows)
    if args.out.exists():
        old = pd.read_csv(args.out)
        table = pd.concat([old[old.user != user], table])
    table.to_csv(args.out, index=False)
    print(table.to_string(index=False))
    sys.exit(int((table.right < table.tried).any()))


if __name__ == "__main__":
    main()
