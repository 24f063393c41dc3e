import sys

N = int(sys.argv[1]) if len(sys.argv) > 1 else 3000000

count = last = 0
for _ in range(5):
    composite = [False] * (N + 1)
    count = 0
    for i in range(2, N + 1):
        if not composite[i]:
            count += 1
            last = i
            for j in range(i * i, N + 1, i):
                composite[j] = True
print("sieve", count, last, sep="\t")
