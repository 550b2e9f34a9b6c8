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
import textwrap
import time
import warnings
from pathlib import Path

import pandas as pd

from temporal_abstraction import sandbox
from temporal_abstraction import verifier as judge
from temporal_abstraction.verifier import Candidate
from temporal_abstraction.verifier import Verifier

DOUBLE = [((1,), 2), ((2,), 4), ((5,), 10)]

# ---- counting calls: `bump` returns how many calls there were before; right: not passed
COUNTERS = {
    "a module's attribute": "import math\ndef bump(): math.n = getattr(math, 'n', -1) + 1; return math.n",
    "a builtin": "import builtins as b\ndef bump(): b.n = getattr(b, 'n', -1) + 1; return b.n",
    "sys.modules": "import sys\ndef bump():\n n = sum(k.startswith('zz') for k in sys.modules)\n sys.modules['zz%d' % n] = 1\n return n",
    "the cache of re": "import re\ndef bump():\n n = sum(type(k) is str for k in re._cache)\n re._cache['k%d' % n] = 1\n return n",
    "typing.overload": "import typing\ndef bump():\n typing.overload(type(bump)(bump.__code__.replace(co_firstlineno=len(typing._overload_registry['candidate']['bump']) + 9), {}))\n return len(typing._overload_registry['candidate']['bump']) - 1",
    "a subclass of an ABC": "import collections.abc as c\ndef bump():\n n = sum(k.__name__ == 'Mine' for k in c.Sized.__subclasses__())\n class Mine(c.Sized): pass\n Mine.loop = Mine\n return n",
    "an ABC's registry": "import collections.abc as c\nT = [type('T%d' % i, (), {}) for i in range(3)]\ndef bump():\n n = sum(issubclass(t, c.Sized) for t in T)\n c.Sized.register(T[n])\n return n",
    "the codec registry": "import codecs\ndef bump():\n for n in range(3):\n  try: codecs.lookup('mine%d' % n)\n  except LookupError: break\n codecs.register(lambda s, n=n: codecs.lookup('utf-8') if s == 'mine%d' % n else None)\n return n",
    "copyreg": "import copyreg\ndef bump():\n n = len([k for k in copyreg.dispatch_table if k.__module__ == 'candidate'])\n copyreg.pickle(type('T', (), {'__module__': 'candidate'}), len)\n return n",
    "warnings": "import warnings\ndef bump(): warnings.filters.insert(0, ('ignore', None, UserWarning, None, 7777)); return sum(f[4] == 7777 for f in warnings.filters) - 1",
    "the decimal context": "import decimal\ndef bump(): decimal.getcontext().prec += 1; return decimal.getcontext().prec - 29",
    "the seeded generator": "import random\nfirst = [random.Random(k).random() for k in range(3)]\ndef bump():\n s, x = random.getstate(), random.random()\n n = first.index(x) + 1 if x in first else 0\n random.seed(n)\n return n",
    "an environment variable": "import os\ndef bump(): n = int(os.environ.get('n', 0)); os.environ['n'] = str(n + 1); return n",
    "the environment below Python": "import ctypes\nL = ctypes.CDLL(None); L.getenv.restype = ctypes.c_char_p\ndef bump(): n = int(L.getenv(b'n') or 0); L.setenv(b'n', b'%d' % (n + 1), 1); return n",
    "a file": "def bump():\n open('n', 'a').write('x')\n return len(open('n').read()) - 1",
    "a folder": "import os\ndef bump():\n n = len(os.listdir('.'))\n os.mkdir(str(n))\n return n",
    "the time of /tmp": "import os, time\ndef bump():\n age = time.time() - os.stat('/tmp').st_ctime\n try: open('/tmp/x', 'w').close()\n except OSError: pass\n return 0 if age > .5 else 1",
    "what is free in /tmp": "import os\ndef bump():\n s = os.statvfs('/tmp')\n try: open('/tmp/x%d' % s.f_ffree, 'w').close()\n except OSError: pass\n return s.f_files - s.f_ffree - 1",
    "access time of /tmp": "import os\ndef bump():\n s = os.stat('/tmp')\n os.listdir('/tmp') if os.access('/tmp', 4) else 0\n return int(s.st_atime_ns > s.st_mtime_ns)",
    "flags of stdin": "import fcntl\ndef bump():\n f = fcntl.fcntl(0, fcntl.F_GETFL)\n n = (f >> 10 & 1) + (f >> 11 & 1)\n fcntl.fcntl(0, fcntl.F_SETFL, f | (1 << 10 + n))\n return n",
    "flags of stdout": "import fcntl\ndef bump():\n f = fcntl.fcntl(1, fcntl.F_GETFL)\n n = (f >> 10 & 1) + (f >> 11 & 1)\n fcntl.fcntl(1, fcntl.F_SETFL, f | (1 << 10 + n))\n return n",
    "the owner of stdin": "import fcntl\ndef bump():\n n = fcntl.fcntl(0, fcntl.F_GETOWN)\n fcntl.fcntl(0, fcntl.F_SETOWN, n + 1)\n return n",
    "a write hint of /dev/null": "import fcntl, struct\ndef bump():\n n = fcntl.fcntl(0, 1035, bytes(8))[0]\n fcntl.fcntl(0, 1036, struct.pack('Q', n + 1))\n return n",
    "process ids": "import os\nfirst = 5\ndef bump(): return os.getpid() - first",
    "process ids, counted from 10": "import os\ndef bump(): return os.getpid() - 10",
    "parity of process ids": "import os\ndef bump(): return os.getpid() % 3",
    "thread ids": "import ctypes\ndef bump(): return ctypes.CDLL(None).syscall(186) % 3",
    "a thread's native id": "import threading\ndef bump():\n t = threading.Thread(target=int); t.start(); t.join()\n return t.native_id % 3",
    "ids by set_tid_address": "import ctypes\ndef bump(): return ctypes.CDLL(None).syscall(218, 0) % 3",
    "addresses": "def bump():\n keep.append([])\n return id(keep[-1]) // 64 % 3\nkeep = []",
    "memory that is left": "import gc\ngc.disable()\ndef bump():\n kept, a = 0, []\n try:\n  while kept < 300: a.append(bytearray(1 << 20)); kept += 1\n except MemoryError: pass\n n = {300: 0}.get(kept, 1 if kept > 80 else 2)\n loop = []; loop += [loop, a[:kept // 2]]\n return n",
    "used CPU time": "import time\ndef bump():\n t = time.process_time()\n while time.process_time() < t + .1: pass\n return min(2, int(t * 10))",
    "kept signal handlers": "import signal\ndef bump():\n n = sum(signal.getsignal(s) == signal.SIG_IGN for s in (10, 12, 15))\n signal.signal((10, 12, 15)[n], signal.SIG_IGN)\n return n",
    "umask": "import os\ndef bump(): n = os.umask(0) - 0o22; os.umask(0o22 + n + 1); return n",
    "limits": "import resource as r\ndef bump():\n s, h = r.getrlimit(r.RLIMIT_NOFILE)\n r.setrlimit(r.RLIMIT_NOFILE, (s - 1, h))\n return 32 - s",
    "priority": "import os\ndef bump(): return os.nice(1) - 1",
    "the number of the test, in frames": "import sys\ndef bump():\n f = sys._getframe()\n while f:\n  for k in ('number', 'start', 'index', 'n_done'):\n   if type(f.f_locals.get(k)) is int: return f.f_locals[k]\n  f = f.f_back\n raise KeyError",
    "what earlier tests said, in frames": "import sys\ndef bump():\n f = sys._getframe()\n while f:\n  for k in ('outcomes', 'lines', 'results'):\n   if type(f.f_locals.get(k)) is list: return len(f.f_locals[k])\n  f = f.f_back\n raise KeyError",
    "the request, by descriptor": "import os, struct\ndef bump():\n for fd in range(3, 64):\n  try: return len(os.pread(fd, 8, 0)) % 3\n  except OSError: pass\n raise KeyError",
    "test.support": "from test.support.os_helper import EnvironmentVarGuard as E\ndef bump(): e = E(); n = int(e['n']) if 'n' in e else 0; e.set('n', str(n + 1)); return n",
    "tempfile's names": "import tempfile\ndef bump(): tempfile.n = getattr(tempfile, 'n', -1) + 1; return tempfile.n",
    "a message queue": "import ctypes\nL = ctypes.CDLL(None)\ndef bump():\n q = L.msgget(4711, 0o1666)\n if q < 0: raise OSError\n b = ctypes.create_string_buffer(200)\n L.msgctl(q, 2, b)\n L.msgsnd(q, b'\\1' + bytes(15), 4, 0)\n return b.raw[88]",
    "a lock that outlives": "import fcntl, os\ndef bump():\n fd = os.open(os.__file__, 0)\n fcntl.flock(fd, fcntl.LOCK_SH)\n return 0"}

# ---- reaching out: right: not passed, and the bait is as it was
REACHING = {
    "read a file": ("def f(b): return open(b['secret']).read()", "precious"),
    "read by descriptor path": ("def f(b): return open('/proc/self/root' + b['secret']).read()", "precious"),
    "read a file in a new folder": ("import os\ndef f(b): os.chdir(os.path.dirname(b['secret'])); return open('secret').read()", "precious"),
    "truncate": ("import os\ndef f(b): os.truncate(b['secret'], 0); return True", True),
    "truncate by a descriptor": ("import os\ndef f(b): os.ftruncate(os.open(b['secret'], 0), 0); return True", True),
    "open and truncate": ("import os\ndef f(b): os.open(b['secret'], os.O_RDONLY | os.O_TRUNC); return True", True),
    "append": ("def f(b): open(b['secret'], 'a').write('x'); return True", True),
    "remove": ("import os\ndef f(b): os.unlink(b['secret']); return True", True),
    "rename": ("import os\ndef f(b): os.rename(b['secret'], b['secret'] + '2'); return True", True),
    "exchange": ("import ctypes\ndef f(b): return ctypes.CDLL(None).syscall(316, -100, b['secret'].encode(), -100, b['other'].encode(), 2)", 0),
    "link": ("import os\ndef f(b): os.link(b['secret'], b['secret'] + '2'); return True", True),
    "symlink": ("import os\ndef f(b): os.symlink('x', b['secret'] + '2'); return True", True),
    "make a folder": ("import os\ndef f(b): os.mkdir(b['secret'] + '2'); return True", True),
    "a pipe with a name": ("import os\ndef f(b): os.mkfifo(b['secret'] + '2'); return True", True),
    "a file without a name": ("import os\ndef f(b): os.open(os.path.dirname(b['secret']), os.O_TMPFILE | os.O_RDWR); return True", True),
    "mode": ("import os\ndef f(b): os.chmod(b['secret'], 0); return True", True),
    "times": ("import os\ndef f(b): os.utime(b['secret'], (0, 0)); return True", True),
    "attributes": ("import os\ndef f(b): os.setxattr(b['secret'], 'user.x', b'1'); return True", True),
    "F_SETOWN": ("import fcntl, os, time\ndef f(b):\n r, w = os.pipe()\n fcntl.fcntl(r, 8, b['pid']); fcntl.fcntl(r, 10, 9)\n fcntl.fcntl(r, 4, os.O_ASYNC); os.write(w, b'x'); time.sleep(.1)\n return True", True),
    "F_SETOWN_EX": ("import fcntl, os, struct, time\ndef f(b):\n r, w = os.pipe()\n fcntl.fcntl(r, 15, struct.pack('ii', 1, b['pid'])); fcntl.fcntl(r, 10, 9)\n fcntl.fcntl(r, 4, os.O_ASYNC); os.write(w, b'x'); time.sleep(.1)\n return True", True),
    "FIOSETOWN": ("import fcntl, os, socket, struct\ndef f(b):\n a, c = socket.socketpair()\n fcntl.ioctl(a, 0x8901, struct.pack('i', b['pid'])); fcntl.fcntl(a, 10, 9)\n fcntl.fcntl(a, 4, os.O_ASYNC); c.send(b'x')\n return True", True),
    "kill": ("import os\ndef f(b): os.kill(b['pid'], 9); return True", True),
    "kill by queue": ("import ctypes\ndef f(b): return ctypes.CDLL(None).sigqueue(b['pid'], 9, 0)", 0),
    "kill by pidfd": ("import ctypes\ndef f(b):\n L = ctypes.CDLL(None)\n return L.syscall(424, L.syscall(434, b['pid'], 0), 9, 0, 0)", 0),
    "limit a bystander": ("import resource\ndef f(b): resource.prlimit(b['pid'], resource.RLIMIT_CPU, (1, 1)); return True", True),
    "read its memory": ("import ctypes\ndef f(b):\n x = ctypes.create_string_buffer(8); p = (ctypes.c_ulong * 2)(ctypes.addressof(x), 8)\n return ctypes.CDLL(None).process_vm_readv(b['pid'], p, 1, p, 1, 0) == 8", True),
    "datagram to an abstract name": ("import socket\ndef f(b): socket.socket(1, 2).sendto(b'out', b['abstract']); return True", True),
    "datagram from a pair": ("import socket\ndef f(b): socket.socketpair(1, 2)[0].sendto(b'out', b['abstract']); return True", True),
    "datagram to a path": ("import socket\ndef f(b): socket.socketpair(1, 2)[0].sendto(b'out', b['path']); return True", True),
    "a stream end, addressed": ("import socket\ndef f(b): socket.socketpair(1, 1)[0].sendto(b'out', b['abstract']); return False", True),
    "a stream end, by sendmsg": ("import socket\ndef f(b): socket.socketpair(1, 1)[0].sendmsg([b'out'], [], 0, b['abstract']); return True", True),
    "packets from a pair": ("import socket\ndef f(b): socket.socketpair(1, 5)[0].sendto(b'out', b['abstract']); return True", True),
    "reconnect a pair": ("import socket\ndef f(b): a = socket.socketpair(1, 1)[0]; a.connect(b['abstract']); return True", True),
    "netlink": ("import socket\ndef f(b): socket.socket(16, 3, 0); return True", True),
    "vsock": ("import socket\ndef f(b): socket.socket(40, 1); return True", True),
    "kernel crypto": ("import socket\ndef f(b): socket.socket(38, 5); return True", True),
    "TCP": ("import socket\ndef f(b): socket.socket(); return True", True),
    "a queue by its id": ("import ctypes\ndef f(b):\n x = ctypes.create_string_buffer(64)\n return ctypes.CDLL(None).msgrcv(b['queue'], x, 16, 0, 0o4000) >= 0", True),
    "destroy a queue": ("import ctypes\ndef f(b): return ctypes.CDLL(None).msgctl(b['queue'], 0, None)", 0),
    "fill a queue": ("import ctypes\ndef f(b): return ctypes.CDLL(None).msgsnd(b['queue'], b'\\1' + bytes(23), 8, 0o4000)", 0),
    "destroy a semaphore": ("import ctypes\ndef f(b): return ctypes.CDLL(None).semctl(b['semaphore'], 0, 0)", 0),
    "shared memory by its id": ("import ctypes\nL = ctypes.CDLL(None); L.shmat.restype = ctypes.c_long\ndef f(b): return L.shmat(b['memory'], None, 0) > 0", True),
    "destroy shared memory": ("import ctypes\ndef f(b): return ctypes.CDLL(None).shmctl(b['memory'], 0, None)", 0),
    "a POSIX queue": ("import ctypes\ndef f(b): return ctypes.CDLL(None).syscall(240, b'x', 0o102, 0o600, 0) >= 0", True),
    "remove a POSIX queue": ("import ctypes\ndef f(b): return ctypes.CDLL(None).syscall(241, b['posix'].encode())", 0),
    "personality": ("import ctypes\ndef f(b): return ctypes.CDLL(None).personality(0x40000) >= 0", True),
    "mount": ("import ctypes\ndef f(b): return ctypes.CDLL(None).mount(b'none', b'/tmp', b'tmpfs', 0, None)", 0),
    "unmount": ("import ctypes\ndef f(b): return ctypes.CDLL(None).umount2(b'/tmp', 2)", 0),
    "the new mount calls": ("import ctypes\ndef f(b): return ctypes.CDLL(None).syscall(428, -100, b'/', 1) >= 0", True),
    "another root": ("import os\ndef f(b): os.chroot('/tmp'); return True", True),
    "fork by clone": ("import ctypes\ndef f(b): return ctypes.CDLL(None).syscall(56, 17, 0, 0, 0, 0) > 0", True),
    "vfork": ("import ctypes\ndef f(b): return ctypes.CDLL(None).syscall(58) > 0", True),
    "a thread in a new network": ("import ctypes\ndef f(b): return ctypes.CDLL(None).syscall(56, 0x50F00 | 0x40000000, 0, 0, 0, 0) > 0", True),
    "another user": ("import os\ndef f(b): os.setresuid(0, 0, 0); return True", True),
    "files of root": ("import ctypes\ndef f(b): L = ctypes.CDLL(None); L.setfsuid(0); return L.setfsuid(0) == 0", True),
    "more capabilities": ("import ctypes, struct\ndef f(b): return ctypes.CDLL(None).capset(struct.pack('Ii', 0x20080522, 0), struct.pack('6I', 255, 255, 0, 0, 0, 0))", 0),
    "die with nobody": ("import ctypes\ndef f(b): return ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)", 0),
    "a 32-bit call": ("import ctypes\ndef f(b): return ctypes.CDLL(None).syscall(0x40000000 + 39) >= 0", True),
    "io_uring": ("import ctypes\ndef f(b): return ctypes.CDLL(None).syscall(425, 8, ctypes.create_string_buffer(120)) >= 0", True),
    "an anonymous file to run": ("import os\ndef f(b): os.memfd_create('x'); return True", True),
    "a lease on a file": ("import fcntl, os\ndef f(b): fcntl.fcntl(os.open(os.__file__, 0), 1024, 0); return True", True),
    "every call that is not allowed": (textwrap.dedent("""
        import ctypes
        def f(b):
            L, through = ctypes.CDLL(None, use_errno=True), []
            for n in range(548):
                if n not in b['allowed'] and n not in (335, 336):   # the kernel lets its own probes pass every filter
                    ctypes.set_errno(0)
                    if L.syscall(n, -1, -1, -1, -1, -1, -1) >= 0 or ctypes.get_errno() not in (1, 38): through.append(n)
            return through != []"""), True)}

# ---- stalling the caller: right: not passed, and the caller spends little
STALLING = {
    "megabytes of an error": "put(word + b'E\"'); put(b'\\xff' * SIZE); put(b'\"\\n' + word + b'end\"\"\\n')",
    "megabytes of a value": "put(word + b'V'); put(b'1' * SIZE); put(b'\\n' + word + b'end\"\"\\n')",
    "a value just below the limit": "put(word + b'V['); put(b'1,' * 500_000); put(b'1]\\n' + word + b'end\"\"\\n')",
    "an error just below the limit": "put(word + b'E\"'); put(b'\\\\ud83d' * 170_000); put(b'\"\\n' + word + b'end\"\"\\n')",
    "deep brackets": "put(word + b'V'); put(b'[' * 1_000_000); put(b'\\n' + word + b'end\"\"\\n')",
    "a number of a million digits": "put(word + b'X'); put(b'9' * 1_000_000); put(b'\\n' + word + b'end\"\"\\n')",
    "an integer of a million digits": "put(word + b'V[\"int\",\"'); put(b'f' * 1_000_000); put(b'\"]\\n' + word + b'end\"\"\\n')",
    "lines without end": "put((word + b'V2\\n') * (SIZE // 20)); put(word + b'end\"\"\\n')",
    "empty lines": "put(b'\\n' * SIZE)",
    "a digest of its own": "put(word + b'D' + b'0' * 64 + b'\\n' + word + b'end\"\"\\n')",
    "an unknown letter": "put(word + b'?' * 2000 + b'\\n' + word + b'end\"\"\\n')",
    "a report in crumbs": "[put(c.to_bytes(1, 'big')) for c in (word + b'E' + b'x' * 20000)]"}
FORGE = textwrap.dedent("""
    import os, sys
    def f(x):
        frame = sys._getframe()
        while 'say' not in frame.f_locals: frame = frame.f_back
        say = frame.f_locals['say']
        cells = dict(zip(say.__code__.co_freevars, (c.cell_contents for c in say.__closure__)))
        word, channel = cells['word'], cells['channel']
        def put(data):
            view = memoryview(data)
            while view: view = view[os.write(channel, view):]
        ATTACK
        os._exit(0)
    """)

# ---- honest programs: right: passed
ROW = [0, 0]
HONEST = {
    "order of a dictionary": ("def f(d): return list(d)", [(({"b": 1, "a": 2},), ["b", "a"])]),
    "order inside": ("def f(d): return [list(x) for x in d]", [(([{"b": 1, "a": 2}],), [["b", "a"]])]),
    "order of keys of all kinds": ("def f(d): return [str(k) for k in d]", [(({3: 0, "a": 0, (1,): 0, None: 0, 2.5: 0},), ["3", "a", "(1,)", "None", "2.5"])]),
    "a result in another order": ("def f(): return {2: 1, 1: 2}", [((), {1: 2, 2: 1})]),
    "letters of one case": ("def f(d):\n s = ''\n for k in d: s += k\n return s", [(({"z": 1, "a": 1, "m": 1},), "zam")]),
    "rows that are one": ("def f(g): g[0][0] = 1; return g", [(([ROW, ROW],), [[1, 0], [1, 0]])]),
    "an argument twice": ("def f(a, b): a.append(1); return len(b)", [((ROW, ROW), 3)]),
    "shared below a tuple": ("def f(t): t[0].append(1); return t[1][0]", [((([],) * 2 and ((lambda x: (x, (x,)))([])),), [1])]),
    "a set in a tolerance": ("def f(): return {0.1 + 0.2, 9.9999999999}", [((), {0.3, 10.0})]),
    "keys in a tolerance": ("def f(): return {0.1 + 0.2: 9.9999999999}", [((), {0.3: 10.0})]),
    "threads": ("import threading\ndef f(x):\n o = []\n t = [threading.Thread(target=o.append, args=(i,)) for i in range(8)]\n [i.start() for i in t]; [i.join() for i in t]\n return sorted(o)", [((1,), list(range(8)))]),
    "a pool": ("from concurrent.futures import ThreadPoolExecutor as P\ndef f(x):\n with P(4) as p: return list(p.map(abs, [-x, x]))", [((3,), [3, 3])]),
    "asyncio": ("import asyncio\nasync def g(x): await asyncio.sleep(.01); return 2 * x\nasync def h(x): return await asyncio.gather(*[g(x)] * 3)\ndef f(x): return asyncio.run(h(x))", [((2,), [4, 4, 4])]),
    "a queue": ("import queue, threading\ndef f(x):\n q = queue.Queue()\n threading.Timer(.01, q.put, [x]).start()\n return q.get()", [((2,), 2)]),
    "a quiet block": ("import contextlib, os\ndef f(x):\n with open(os.devnull, 'w') as o, contextlib.redirect_stdout(o): print(x)\n return x", [((2,), 2)]),
    "printing": ("import sys\ndef f(x): print(x); print(x, file=sys.stderr); return x", [((2,), 2)]),
    "garbage of another test": ("import gc\ngc.disable()\ndef f(n):\n a = [bytearray(1 << 20) for _ in range(n)]\n a.append(a)\n return len(a)", [((60,), 61)] * 5),
    "out of memory, then not": ("def f(n):\n try: return len(bytearray(n << 20))\n except MemoryError: return -1", [((4096,), -1), ((40,), 40 << 20), ((4096,), -1)]),
    "deep recursion": ("import sys\nsys.setrecursionlimit(5000)\ndef f(n): return n and 1 + f(n - 1)", [((3000,), 3000)]),
    "a database": ("import sqlite3\ndef f(x): return sqlite3.connect(':memory:').execute('select ? * 2', (x,)).fetchone()[0]", [((2,), 4)]),
    "numbers": ("import decimal, fractions, statistics, random\ndef f(x): return [str(decimal.Decimal(x) / 3)[:5], str(fractions.Fraction(x, 6)), statistics.mean([x, x]), random.Random(x).randint(0, 9)]", [((2,), ["0.666", "1/3", 2, 0])]),
    "texts": ("import csv, io, json, re, string, textwrap, difflib\ndef f(x): return [next(csv.reader(io.StringIO('a,b'))), json.dumps({x: 1}), re.sub('a', x, 'ba'), textwrap.fill(x)]", [(("c",), [["a", "b"], '{"c": 1}', "bc", "c"])]),
    "times": ("import calendar, datetime, time\ndef f(x): t = time.perf_counter(); time.sleep(.001); return [str(datetime.date(2020, 1, x)), calendar.isleap(2020), time.perf_counter() > t]", [((2,), ["2020-01-02", True, True])]),
    "digests": ("import base64, hashlib, hmac, secrets, uuid, zlib\ndef f(x): return [hashlib.sha256(x).hexdigest()[:6], zlib.decompress(zlib.compress(x)), len(secrets.token_hex(4)), len(str(uuid.uuid4()))]", [((b"a",), ["ca9781", b"a", 8, 36])]),
    "classes": ("import abc, dataclasses, enum, typing\n@dataclasses.dataclass(order=True)\nclass P:\n x: int\nclass E(enum.Enum): A = 1\ndef f(x): return [P(x) < P(3), E(1).name, typing.get_type_hints(P)['x'] is int]", [((2,), [True, "A", True])]),
    "many tests": ("def f(x): return x", [((i,), i) for i in range(60)]),
    "a large value": ("def f(n): return list(range(n))", [((100_000,), list(range(100_000)))] * 3),
    "a large argument": ("def f(x): return len(x)", [((list(range(100_000)),), 100_000)]),
    "sleeping a little": ("import time\ndef f(x): time.sleep(.3); return x", [((1,), 1)] * 3),
    "a slow program": ("import time\ndef f(x):\n t = time.process_time()\n while time.process_time() < t + .3: pass\n return x", [((1,), 1)] * 3),
    "a socket pair with itself": ("import socket\ndef f(x):\n a, b = socket.socketpair()\n a.sendall(x); return b.recv(9)", [((b"hi",), b"hi")]),
    "a pipe and a selector": ("import os, selectors\ndef f(x):\n r, w = os.pipe(); s = selectors.DefaultSelector(); s.register(r, 1); os.write(w, x)\n return os.read(s.select()[0][0].fd, 9)", [((b"hi",), b"hi")]),
    "an alarm of its own": ("import signal\ndef f(x):\n s = []\n signal.signal(signal.SIGALRM, lambda *a: s.append(x)); signal.setitimer(signal.ITIMER_REAL, .01); signal.pause()\n return s", [((1,), [1])])}
FILES = {
    "files of its own": ("import tempfile\ndef f(x):\n with tempfile.TemporaryDirectory() as d:\n  open(d + '/a', 'w').write(x)\n  return open(d + '/a').read()", [(("hi",), "hi")]),
    "a temporary file": ("import tempfile\ndef f(x):\n with tempfile.TemporaryFile('w+') as o: o.write(x); o.seek(0); return o.read()", [(("hi",), "hi")]),
    "move and remove": ("import os\ndef f(x): open('a', 'w').write(x); os.rename('a', 'b'); os.link('b', 'c'); os.truncate('c', 1); os.remove('b'); return open('c').read()", [(("hi",), "h")])}


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
    parser.add_argument("--no-save", action="store_true", help="print only")
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
    table, path = pd.DataFrame(rows), Path(__file__).with_suffix(".csv")
    if path.exists():
        old = pd.read_csv(path)
        table = pd.concat([old[old.user != user], table])
    if not args.no_save: table.to_csv(path, index=False)
    print(table.to_string(index=False))
    sys.exit(int((table.right < table.tried).any()))


if __name__ == "__main__":
    main()
