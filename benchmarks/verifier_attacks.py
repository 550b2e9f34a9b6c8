"""The programs of `verifier_hostile.py`: attacks, and honest ones that must not suffer for them."""
import textwrap


# Counting calls: `bump` returns how many calls there were before; right: not passed
COUNTERS = {
    "a module's attribute": """
import math
def bump(): math.n = getattr(math, 'n', -1) + 1; return math.n
""",
    "a builtin": """
import builtins as b
def bump(): b.n = getattr(b, 'n', -1) + 1; return b.n
""",
    "sys.modules": """
import sys
def bump():
 n = sum(k.startswith('zz') for k in sys.modules)
 sys.modules['zz%d' % n] = 1
 return n
""",
    "the cache of re": """
import re
def bump():
 n = sum(type(k) is str for k in re._cache)
 re._cache['k%d' % n] = 1
 return n
""",
    "typing.overload": """
import typing
def bump():
 typing.overload(type(bump)(bump.__code__.replace(co_firstlineno=len(typing._overload_registry['candidate']['bump']) + 9), {}))
 return len(typing._overload_registry['candidate']['bump']) - 1
""",
    "a subclass of an ABC": """
import collections.abc as c
def bump():
 n = sum(k.__name__ == 'Mine' for k in c.Sized.__subclasses__())
 class Mine(c.Sized): pass
 Mine.loop = Mine
 return n
""",
    "an ABC's registry": """
import collections.abc as c
T = [type('T%d' % i, (), {}) for i in range(3)]
def bump():
 n = sum(issubclass(t, c.Sized) for t in T)
 c.Sized.register(T[n])
 return n
""",
    "the codec registry": """
import codecs
def bump():
 for n in range(3):
  try: codecs.lookup('mine%d' % n)
  except LookupError: break
 codecs.register(lambda s, n=n: codecs.lookup('utf-8') if s == 'mine%d' % n else None)
 return n
""",
    "copyreg": """
import copyreg
def bump():
 n = len([k for k in copyreg.dispatch_table if k.__module__ == 'candidate'])
 copyreg.pickle(type('T', (), {'__module__': 'candidate'}), len)
 return n
""",
    "warnings": """
import warnings
def bump(): warnings.filters.insert(0, ('ignore', None, UserWarning, None, 7777)); return sum(f[4] == 7777 for f in warnings.filters) - 1
""",
    "the decimal context": """
import decimal
def bump(): decimal.getcontext().prec += 1; return decimal.getcontext().prec - 29
""",
    "the seeded generator": """
import random
first = [random.Random(k).random() for k in range(3)]
def bump():
 s, x = random.getstate(), random.random()
 n = first.index(x) + 1 if x in first else 0
 random.seed(n)
 return n
""",
    "an environment variable": """
import os
def bump(): n = int(os.environ.get('n', 0)); os.environ['n'] = str(n + 1); return n
""",
    "the environment below Python": """
import ctypes
L = ctypes.CDLL(None); L.getenv.restype = ctypes.c_char_p
def bump(): n = int(L.getenv(b'n') or 0); L.setenv(b'n', b'%d' % (n + 1), 1); return n
""",
    "a file": """
def bump():
 open('n', 'a').write('x')
 return len(open('n').read()) - 1
""",
    "a folder": """
import os
def bump():
 n = len(os.listdir('.'))
 os.mkdir(str(n))
 return n
""",
    "the time of /tmp": """
import os, time
def bump():
 age = time.time() - os.stat('/tmp').st_ctime
 try: open('/tmp/x', 'w').close()
 except OSError: pass
 return 0 if age > .5 else 1
""",
    "what is free in /tmp": """
import os
def bump():
 s = os.statvfs('/tmp')
 try: open('/tmp/x%d' % s.f_ffree, 'w').close()
 except OSError: pass
 return s.f_files - s.f_ffree - 1
""",
    "access time of /tmp": """
import os
def bump():
 s = os.stat('/tmp')
 os.listdir('/tmp') if os.access('/tmp', 4) else 0
 return int(s.st_atime_ns > s.st_mtime_ns)
""",
    "flags of stdin": """
import fcntl
def bump():
 f = fcntl.fcntl(0, fcntl.F_GETFL)
 n = (f >> 10 & 1) + (f >> 11 & 1)
 fcntl.fcntl(0, fcntl.F_SETFL, f | (1 << 10 + n))
 return n
""",
    "flags of stdout": """
import fcntl
def bump():
 f = fcntl.fcntl(1, fcntl.F_GETFL)
 n = (f >> 10 & 1) + (f >> 11 & 1)
 fcntl.fcntl(1, fcntl.F_SETFL, f | (1 << 10 + n))
 return n
""",
    "the owner of stdin": """
import fcntl
def bump():
 n = fcntl.fcntl(0, fcntl.F_GETOWN)
 fcntl.fcntl(0, fcntl.F_SETOWN, n + 1)
 return n
""",
    "a write hint of /dev/null": """
import fcntl, struct
def bump():
 n = fcntl.fcntl(0, 1035, bytes(8))[0]
 fcntl.fcntl(0, 1036, struct.pack('Q', n + 1))
 return n
""",
    "process ids": """
import os
first = 5
def bump(): return os.getpid() - first
""",
    "process ids, counted from 10": """
import os
def bump(): return os.getpid() - 10
""",
    "parity of process ids": """
import os
def bump(): return os.getpid() % 3
""",
    "thread ids": """
import ctypes
def bump(): return ctypes.CDLL(None).syscall(186) % 3
""",
    "a thread's native id": """
import threading
def bump():
 t = threading.Thread(target=int); t.start(); t.join()
 return t.native_id % 3
""",
    "ids by set_tid_address": """
import ctypes
def bump(): return ctypes.CDLL(None).syscall(218, 0) % 3
""",
    "addresses": """
def bump():
 keep.append([])
 return id(keep[-1]) // 64 % 3
keep = []
""",
    "memory that is left": """
import gc
gc.disable()
def bump():
 kept, a = 0, []
 try:
  while kept < 300: a.append(bytearray(1 << 20)); kept += 1
 except MemoryError: pass
 n = {300: 0}.get(kept, 1 if kept > 80 else 2)
 loop = []; loop += [loop, a[:kept // 2]]
 return n
""",
    "used CPU time": """
import time
def bump():
 t = time.process_time()
 while time.process_time() < t + .1: pass
 return min(2, int(t * 10))
""",
    "kept signal handlers": """
import signal
def bump():
 n = sum(signal.getsignal(s) == signal.SIG_IGN for s in (10, 12, 15))
 signal.signal((10, 12, 15)[n], signal.SIG_IGN)
 return n
""",
    "umask": """
import os
def bump(): n = os.umask(0) - 0o22; os.umask(0o22 + n + 1); return n
""",
    "limits": """
import resource as r
def bump():
 s, h = r.getrlimit(r.RLIMIT_NOFILE)
 r.setrlimit(r.RLIMIT_NOFILE, (s - 1, h))
 return 32 - s
""",
    "priority": """
import os
def bump(): return os.nice(1) - 1
""",
    "the number of the test, in frames": """
import sys
def bump():
 f = sys._getframe()
 while f:
  for k in ('number', 'start', 'index', 'n_done'):
   if type(f.f_locals.get(k)) is int: return f.f_locals[k]
  f = f.f_back
 raise KeyError
""",
    "what earlier tests said, in frames": """
import sys
def bump():
 f = sys._getframe()
 while f:
  for k in ('outcomes', 'lines', 'results'):
   if type(f.f_locals.get(k)) is list: return len(f.f_locals[k])
  f = f.f_back
 raise KeyError
""",
    "the request, by descriptor": """
import os, struct
def bump():
 for fd in range(3, 64):
  try: return len(os.pread(fd, 8, 0)) % 3
  except OSError: pass
 raise KeyError
""",
    "test.support": """
from test.support.os_helper import EnvironmentVarGuard as E
def bump(): e = E(); n = int(e['n']) if 'n' in e else 0; e.set('n', str(n + 1)); return n
""",
    "tempfile's names": """
import tempfile
def bump(): tempfile.n = getattr(tempfile, 'n', -1) + 1; return tempfile.n
""",
    "a message queue": r"""
import ctypes
L = ctypes.CDLL(None)
def bump():
 q = L.msgget(4711, 0o1666)
 if q < 0: raise OSError
 b = ctypes.create_string_buffer(200)
 L.msgctl(q, 2, b)
 L.msgsnd(q, b'\1' + bytes(15), 4, 0)
 return b.raw[88]
""",
    "a lock that outlives": """
import fcntl, os
def bump():
 fd = os.open(os.__file__, 0)
 fcntl.flock(fd, fcntl.LOCK_SH)
 return 0
""",
}

# Reaching out, and what success would return; right: not passed, and the bait is as it was
REACHING = {
    "read a file": ("""
def f(b): return open(b['secret']).read()
""", "precious"),
    "read by descriptor path": ("""
def f(b): return open('/proc/self/root' + b['secret']).read()
""", "precious"),
    "read a file in a new folder": ("""
import os
def f(b): os.chdir(os.path.dirname(b['secret'])); return open('secret').read()
""", "precious"),
    "truncate": ("""
import os
def f(b): os.truncate(b['secret'], 0); return True
""", True),
    "truncate by a descriptor": ("""
import os
def f(b): os.ftruncate(os.open(b['secret'], 0), 0); return True
""", True),
    "open and truncate": ("""
import os
def f(b): os.open(b['secret'], os.O_RDONLY | os.O_TRUNC); return True
""", True),
    "append": ("""
def f(b): open(b['secret'], 'a').write('x'); return True
""", True),
    "remove": ("""
import os
def f(b): os.unlink(b['secret']); return True
""", True),
    "rename": ("""
import os
def f(b): os.rename(b['secret'], b['secret'] + '2'); return True
""", True),
    "exchange": ("""
import ctypes
def f(b): return ctypes.CDLL(None).syscall(316, -100, b['secret'].encode(), -100, b['other'].encode(), 2)
""", 0),
    "link": ("""
import os
def f(b): os.link(b['secret'], b['secret'] + '2'); return True
""", True),
    "symlink": ("""
import os
def f(b): os.symlink('x', b['secret'] + '2'); return True
""", True),
    "make a folder": ("""
import os
def f(b): os.mkdir(b['secret'] + '2'); return True
""", True),
    "a pipe with a name": ("""
import os
def f(b): os.mkfifo(b['secret'] + '2'); return True
""", True),
    "a file without a name": ("""
import os
def f(b): os.open(os.path.dirname(b['secret']), os.O_TMPFILE | os.O_RDWR); return True
""", True),
    "mode": ("""
import os
def f(b): os.chmod(b['secret'], 0); return True
""", True),
    "times": ("""
import os
def f(b): os.utime(b['secret'], (0, 0)); return True
""", True),
    "attributes": ("""
import os
def f(b): os.setxattr(b['secret'], 'user.x', b'1'); return True
""", True),
    "F_SETOWN": ("""
import fcntl, os, time
def f(b):
 r, w = os.pipe()
 fcntl.fcntl(r, 8, b['pid']); fcntl.fcntl(r, 10, 9)
 fcntl.fcntl(r, 4, os.O_ASYNC); os.write(w, b'x'); time.sleep(.1)
 return True
""", True),
    "F_SETOWN_EX": ("""
import fcntl, os, struct, time
def f(b):
 r, w = os.pipe()
 fcntl.fcntl(r, 15, struct.pack('ii', 1, b['pid'])); fcntl.fcntl(r, 10, 9)
 fcntl.fcntl(r, 4, os.O_ASYNC); os.write(w, b'x'); time.sleep(.1)
 return True
""", True),
    "FIOSETOWN": ("""
import fcntl, os, socket, struct
def f(b):
 a, c = socket.socketpair()
 fcntl.ioctl(a, 0x8901, struct.pack('i', b['pid'])); fcntl.fcntl(a, 10, 9)
 fcntl.fcntl(a, 4, os.O_ASYNC); c.send(b'x')
 return True
""", True),
    "kill": ("""
import os
def f(b): os.kill(b['pid'], 9); return True
""", True),
    "kill by queue": ("""
import ctypes
def f(b): return ctypes.CDLL(None).sigqueue(b['pid'], 9, 0)
""", 0),
    "kill by pidfd": ("""
import ctypes
def f(b):
 L = ctypes.CDLL(None)
 return L.syscall(424, L.syscall(434, b['pid'], 0), 9, 0, 0)
""", 0),
    "limit a bystander": ("""
import resource
def f(b): resource.prlimit(b['pid'], resource.RLIMIT_CPU, (1, 1)); return True
""", True),
    "read its memory": ("""
import ctypes
def f(b):
 x = ctypes.create_string_buffer(8); p = (ctypes.c_ulong * 2)(ctypes.addressof(x), 8)
 return ctypes.CDLL(None).process_vm_readv(b['pid'], p, 1, p, 1, 0) == 8
""", True),
    "datagram to an abstract name": ("""
import socket
def f(b): socket.socket(1, 2).sendto(b'out', b['abstract']); return True
""", True),
    "datagram from a pair": ("""
import socket
def f(b): socket.socketpair(1, 2)[0].sendto(b'out', b['abstract']); return True
""", True),
    "datagram to a path": ("""
import socket
def f(b): socket.socketpair(1, 2)[0].sendto(b'out', b['path']); return True
""", True),
    "a stream end, addressed": ("""
import socket
def f(b): socket.socketpair(1, 1)[0].sendto(b'out', b['abstract']); return False
""", True),
    "a stream end, by sendmsg": ("""
import socket
def f(b): socket.socketpair(1, 1)[0].sendmsg([b'out'], [], 0, b['abstract']); return True
""", True),
    "packets from a pair": ("""
import socket
def f(b): socket.socketpair(1, 5)[0].sendto(b'out', b['abstract']); return True
""", True),
    "reconnect a pair": ("""
import socket
def f(b): a = socket.socketpair(1, 1)[0]; a.connect(b['abstract']); return True
""", True),
    "netlink": ("""
import socket
def f(b): socket.socket(16, 3, 0); return True
""", True),
    "vsock": ("""
import socket
def f(b): socket.socket(40, 1); return True
""", True),
    "kernel crypto": ("""
import socket
def f(b): socket.socket(38, 5); return True
""", True),
    "TCP": ("""
import socket
def f(b): socket.socket(); return True
""", True),
    "a queue by its id": ("""
import ctypes
def f(b):
 x = ctypes.create_string_buffer(64)
 return ctypes.CDLL(None).msgrcv(b['queue'], x, 16, 0, 0o4000) >= 0
""", True),
    "destroy a queue": ("""
import ctypes
def f(b): return ctypes.CDLL(None).msgctl(b['queue'], 0, None)
""", 0),
    "fill a queue": (r"""
import ctypes
def f(b): return ctypes.CDLL(None).msgsnd(b['queue'], b'\1' + bytes(23), 8, 0o4000)
""", 0),
    "destroy a semaphore": ("""
import ctypes
def f(b): return ctypes.CDLL(None).semctl(b['semaphore'], 0, 0)
""", 0),
    "shared memory by its id": ("""
import ctypes
L = ctypes.CDLL(None); L.shmat.restype = ctypes.c_long
def f(b): return L.shmat(b['memory'], None, 0) > 0
""", True),
    "destroy shared memory": ("""
import ctypes
def f(b): return ctypes.CDLL(None).shmctl(b['memory'], 0, None)
""", 0),
    "a POSIX queue": ("""
import ctypes
def f(b): return ctypes.CDLL(None).syscall(240, b'x', 0o102, 0o600, 0) >= 0
""", True),
    "remove a POSIX queue": ("""
import ctypes
def f(b): return ctypes.CDLL(None).syscall(241, b['posix'].encode())
""", 0),
    "personality": ("""
import ctypes
def f(b): return ctypes.CDLL(None).personality(0x40000) >= 0
""", True),
    "mount": ("""
import ctypes
def f(b): return ctypes.CDLL(None).mount(b'none', b'/tmp', b'tmpfs', 0, None)
""", 0),
    "unmount": ("""
import ctypes
def f(b): return ctypes.CDLL(None).umount2(b'/tmp', 2)
""", 0),
    "the new mount calls": ("""
import ctypes
def f(b): return ctypes.CDLL(None).syscall(428, -100, b'/', 1) >= 0
""", True),
    "another root": ("""
import os
def f(b): os.chroot('/tmp'); return True
""", True),
    "fork by clone": ("""
import ctypes
def f(b): return ctypes.CDLL(None).syscall(56, 17, 0, 0, 0, 0) > 0
""", True),
    "vfork": ("""
import ctypes
def f(b): return ctypes.CDLL(None).syscall(58) > 0
""", True),
    "a thread in a new network": ("""
import ctypes
def f(b): return ctypes.CDLL(None).syscall(56, 0x50F00 | 0x40000000, 0, 0, 0, 0) > 0
""", True),
    "another user": ("""
import os
def f(b): os.setresuid(0, 0, 0); return True
""", True),
    "files of root": ("""
import ctypes
def f(b): L = ctypes.CDLL(None); L.setfsuid(0); return L.setfsuid(0) == 0
""", True),
    "more capabilities": ("""
import ctypes, struct
def f(b): return ctypes.CDLL(None).capset(struct.pack('Ii', 0x20080522, 0), struct.pack('6I', 255, 255, 0, 0, 0, 0))
""", 0),
    "die with nobody": ("""
import ctypes
def f(b): return ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)
""", 0),
    "a 32-bit call": ("""
import ctypes
def f(b): return ctypes.CDLL(None).syscall(0x40000000 + 39) >= 0
""", True),
    "io_uring": ("""
import ctypes
def f(b): return ctypes.CDLL(None).syscall(425, 8, ctypes.create_string_buffer(120)) >= 0
""", True),
    "an anonymous file to run": ("""
import os
def f(b): os.memfd_create('x'); return True
""", True),
    "a lease on a file": ("""
import fcntl, os
def f(b): fcntl.fcntl(os.open(os.__file__, 0), 1024, 0); return True
""", True),
    "every call that is not allowed": (textwrap.dedent("""
        import ctypes
        def f(b):
            L, through = ctypes.CDLL(None, use_errno=True), []
            for n in range(548):
                if n not in b['allowed'] and n not in (335, 336):   # the kernel lets its own probes pass every filter
                    ctypes.set_errno(0)
                    if L.syscall(n, -1, -1, -1, -1, -1, -1) >= 0 or ctypes.get_errno() not in (1, 38): through.append(n)
            return through != []"""), True),
}

# Stalling the caller; right: not passed, and the caller spends little
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
    "a report in crumbs": "[put(c.to_bytes(1, 'big')) for c in (word + b'E' + b'x' * 20000)]",
}
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
ROW, BELOW = [0, 0], []

# Honest programs and their tests; right: passed
HONEST = {
    "order of a dictionary": ("""
def f(d): return list(d)
""", [(({"b": 1, "a": 2},), ["b", "a"])]),
    "order inside": ("""
def f(d): return [list(x) for x in d]
""", [(([{"b": 1, "a": 2}],), [["b", "a"]])]),
    "order of keys of all kinds": ("""
def f(d): return [str(k) for k in d]
""", [(({3: 0, "a": 0, (1,): 0, None: 0, 2.5: 0},), ["3", "a", "(1,)", "None", "2.5"])]),
    "a result in another order": ("""
def f(): return {2: 1, 1: 2}
""", [((), {1: 2, 2: 1})]),
    "letters of one case": ("""
def f(d):
 s = ''
 for k in d: s += k
 return s
""", [(({"z": 1, "a": 1, "m": 1},), "zam")]),
    "rows that are one": ("""
def f(g): g[0][0] = 1; return g
""", [(([ROW, ROW],), [[1, 0], [1, 0]])]),
    "an argument twice": ("""
def f(a, b): a.append(1); return len(b)
""", [((ROW, ROW), 3)]),
    "shared below a tuple": ("""
def f(t): t[0].append(1); return t[1][0]
""", [(((BELOW, (BELOW,)),), [1])]),
    "a set in a tolerance": ("""
def f(): return {0.1 + 0.2, 9.9999999999}
""", [((), {0.3, 10.0})]),
    "keys in a tolerance": ("""
def f(): return {0.1 + 0.2: 9.9999999999}
""", [((), {0.3: 10.0})]),
    "threads": ("""
import threading
def f(x):
 o = []
 t = [threading.Thread(target=o.append, args=(i,)) for i in range(8)]
 [i.start() for i in t]; [i.join() for i in t]
 return sorted(o)
""", [((1,), list(range(8)))]),
    "a pool": ("""
from concurrent.futures import ThreadPoolExecutor as P
def f(x):
 with P(4) as p: return list(p.map(abs, [-x, x]))
""", [((3,), [3, 3])]),
    "asyncio": ("""
import asyncio
async def g(x): await asyncio.sleep(.01); return 2 * x
async def h(x): return await asyncio.gather(*[g(x)] * 3)
def f(x): return asyncio.run(h(x))
""", [((2,), [4, 4, 4])]),
    "a queue": ("""
import queue, threading
def f(x):
 q = queue.Queue()
 threading.Timer(.01, q.put, [x]).start()
 return q.get()
""", [((2,), 2)]),
    "a quiet block": ("""
import contextlib, os
def f(x):
 with open(os.devnull, 'w') as o, contextlib.redirect_stdout(o): print(x)
 return x
""", [((2,), 2)]),
    "printing": ("""
import sys
def f(x): print(x); print(x, file=sys.stderr); return x
""", [((2,), 2)]),
    "garbage of another test": ("""
import gc
gc.disable()
def f(n):
 a = [bytearray(1 << 20) for _ in range(n)]
 a.append(a)
 return len(a)
""", [((60,), 61)] * 5),
    "out of memory, then not": ("""
def f(n):
 try: return len(bytearray(n << 20))
 except MemoryError: return -1
""", [((4096,), -1), ((40,), 40 << 20), ((4096,), -1)]),
    "deep recursion": ("""
import sys
sys.setrecursionlimit(5000)
def f(n): return n and 1 + f(n - 1)
""", [((3000,), 3000)]),
    "a database": ("""
import sqlite3
def f(x): return sqlite3.connect(':memory:').execute('select ? * 2', (x,)).fetchone()[0]
""", [((2,), 4)]),
    "numbers": ("""
import decimal, fractions, statistics, random
def f(x): return [str(decimal.Decimal(x) / 3)[:5], str(fractions.Fraction(x, 6)), statistics.mean([x, x]), random.Random(x).randint(0, 9)]
""", [((2,), ["0.666", "1/3", 2, 0])]),
    "texts": ("""
import csv, io, json, re, string, textwrap, difflib
def f(x): return [next(csv.reader(io.StringIO('a,b'))), json.dumps({x: 1}), re.sub('a', x, 'ba'), textwrap.fill(x)]
""", [(("c",), [["a", "b"], '{"c": 1}', "bc", "c"])]),
    "times": ("""
import calendar, datetime, time
def f(x): t = time.perf_counter(); time.sleep(.001); return [str(datetime.date(2020, 1, x)), calendar.isleap(2020), time.perf_counter() > t]
""", [((2,), ["2020-01-02", True, True])]),
    "digests": ("""
import base64, hashlib, hmac, secrets, uuid, zlib
def f(x): return [hashlib.sha256(x).hexdigest()[:6], zlib.decompress(zlib.compress(x)), len(secrets.token_hex(4)), len(str(uuid.uuid4()))]
""", [((b"a",), ["ca9781", b"a", 8, 36])]),
    "classes": ("""
import abc, dataclasses, enum, typing
@dataclasses.dataclass(order=True)
class P:
 x: int
class E(enum.Enum): A = 1
def f(x): return [P(x) < P(3), E(1).name, typing.get_type_hints(P)['x'] is int]
""", [((2,), [True, "A", True])]),
    "many tests": ("""
def f(x): return x
""", [((i,), i) for i in range(60)]),
    "a large value": ("""
def f(n): return list(range(n))
""", [((100_000,), list(range(100_000)))] * 3),
    "a large argument": ("""
def f(x): return len(x)
""", [((list(range(100_000)),), 100_000)]),
    "sleeping a little": ("""
import time
def f(x): time.sleep(.3); return x
""", [((1,), 1)] * 3),
    "a slow program": ("""
import time
def f(x):
 t = time.process_time()
 while time.process_time() < t + .3: pass
 return x
""", [((1,), 1)] * 3),
    "a socket pair with itself": ("""
import socket
def f(x):
 a, b = socket.socketpair()
 a.sendall(x); return b.recv(9)
""", [((b"hi",), b"hi")]),
    "a pipe and a selector": ("""
import os, selectors
def f(x):
 r, w = os.pipe(); s = selectors.DefaultSelector(); s.register(r, 1); os.write(w, x)
 return os.read(s.select()[0][0].fd, 9)
""", [((b"hi",), b"hi")]),
    "an alarm of its own": ("""
import signal
def f(x):
 s = []
 signal.signal(signal.SIGALRM, lambda *a: s.append(x)); signal.setitimer(signal.ITIMER_REAL, .01); signal.pause()
 return s
""", [((1,), [1])]),
}

# Honest programs that need files of their own, which the upper rung has
FILES = {
    "files of its own": ("""
import tempfile
def f(x):
 with tempfile.TemporaryDirectory() as d:
  open(d + '/a', 'w').write(x)
  return open(d + '/a').read()
""", [(("hi",), "hi")]),
    "a temporary file": ("""
import tempfile
def f(x):
 with tempfile.TemporaryFile('w+') as o: o.write(x); o.seek(0); return o.read()
""", [(("hi",), "hi")]),
    "move and remove": ("""
import os
def f(x): open('a', 'w').write(x); os.rename('a', 'b'); os.link('b', 'c'); os.truncate('c', 1); os.remove('b'); return open('c').read()
""", [(("hi",), "h")]),
}
