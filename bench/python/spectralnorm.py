import math
import sys

N = int(sys.argv[1]) if len(sys.argv) > 1 else 650


def a(i, j):
    ij = i + j - 1
    return 1.0 / (ij * (ij - 1) * 0.5 + i)


def av(x, y):
    for i in range(1, N + 1):
        s = 0
        for j in range(1, N + 1):
            s += x[j] * a(i, j)
        y[i] = s


def atv(x, y):
    for i in range(1, N + 1):
        s = 0
        for j in range(1, N + 1):
            s += x[j] * a(j, i)
        y[i] = s


u, v, t = [1] * (N + 1), [0] * (N + 1), [0] * (N + 1)
for _ in range(10):
    av(u, t)
    atv(t, v)
    av(v, t)
    atv(t, u)

vbv = vv = 0
for i in range(1, N + 1):
    vbv += u[i] * v[i]
    vv += v[i] * v[i]
print("spectralnorm", f"{math.sqrt(vbv / vv):.9f}", sep="\t")
