import re
import sys

N = int(sys.argv[1]) if len(sys.argv) > 1 else 600

SYLLABLES = ["ba", "ko", "lu", "mi", "ne", "po", "ra", "su", "ti", "ve", "xa", "zo"]
seed = 7


def random(n):
    global seed
    seed = (seed * 16807) % 2147483647
    return seed % n + 1


def word():
    return "".join(SYLLABLES[random(12) - 1] for _ in range(random(3)))


text = "\n".join(" ".join(word() for _ in range(10)) for _ in range(1000))


def count():
    counts = {}
    for w in re.findall("[A-Za-z]+", text):
        counts[w] = counts.get(w, 0) + 1
    return counts


for _ in range(N):
    counts = count()
words = sorted(counts, key=lambda w: (-counts[w], w))
print("words", len(words), sep="\t")
for w in words[:5]:
    print(w, counts[w], sep="\t")
