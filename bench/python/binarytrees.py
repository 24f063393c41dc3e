import sys

N = int(sys.argv[1]) if len(sys.argv) > 1 else 15


def bottom_up(depth):
    if depth == 0:
        return ()
    depth -= 1
    return (bottom_up(depth), bottom_up(depth))


def check(tree):
    if tree:
        return 1 + check(tree[0]) + check(tree[1])
    return 1


print("stretch", check(bottom_up(N + 1)), sep="\t")
long = bottom_up(N)
for depth in range(4, N + 1, 4):
    iterations = 1 << (N - depth + 4)
    total = 0
    for _ in range(iterations):
        total += check(bottom_up(depth))
    print(iterations, depth, total, sep="\t")
print("long", check(long), sep="\t")
