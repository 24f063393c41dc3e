import sys

N = int(sys.argv[1]) if len(sys.argv) > 1 else 2000000


def numbers(n):
    for i in range(1, n + 1):
        yield i


def keep(f, source):
    for v in source:
        if f(v):
            yield v


def double():
    a = yield
    while True:
        a = yield a * 2, a + 1


def pair():
    a = yield
    b = yield a
    yield a + b


total = 0
for v in numbers(N):
    total += v
print("range", total, sep="\t")

even = 0
for v in keep(lambda v: v % 2 == 0, numbers(N)):
    even += v
print("filter", even, sep="\t")

co = double()
next(co)
total = 0
for i in range(1, N + 1):
    x, y = co.send(i)
    total += x - y
print("resume", total, sep="\t")

made = 0
for i in range(1, N // 20 + 1):
    g = pair()
    next(g)
    made += g.send(i) + g.send(1)
print("made", made, sep="\t")
