import sys

N = int(sys.argv[1]) if len(sys.argv) > 1 else 8000000
M = (1 << 64) - 1


def signed(v):
    return v - (1 << 64) if v >> 63 else v


def xorshift():
    x, xors = 88172645463325252, 0
    for _ in range(N):
        x ^= x << 13 & M
        x ^= x >> 7
        x ^= x << 17 & M
        xors += x & 0xFF
    print("xorshift", signed(x), xors, sep="\t")


def lcg():
    seed, high = 42, 0
    for _ in range(N):
        seed = seed * 6364136223846793005 + 1442695040888963407 & M
        high ^= seed >> 33
    print("lcg", signed(seed), high, sep="\t")


def fnv1a(s):
    h = 0xCBF29CE484222325
    for b in s:
        h = (h ^ b) * 0x100000001B3 & M
    return h


def fnv():
    text = b"the quick brown fox jumps over the lazy dog" * 20
    acc = 0
    for i in range(1, N // 1000 + 1):
        acc ^= fnv1a(text + str(i).encode())
    print("fnv1a", f"{acc:016x}", sep="\t")


def splitmix():
    z = 0
    for i in range(1, N // 2 + 1):
        v = i * 0x9E3779B97F4A7C15 & M
        v = (v ^ v >> 30) * 0xBF58476D1CE4E5B9 & M
        v = (v ^ v >> 27) * 0x94D049BB133111EB & M
        z ^= v ^ v >> 31
    print("splitmix", f"{z:016x}", sep="\t")


xorshift()
lcg()
fnv()
splitmix()
