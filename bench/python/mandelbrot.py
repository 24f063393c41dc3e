import sys

N = int(sys.argv[1]) if len(sys.argv) > 1 else 900


def main():
    inside = total = 0
    for py in range(N):
        ci = 2.0 * py / N - 1.0
        for px in range(N):
            cr = 2.0 * px / N - 1.5
            zr = zi = zr2 = zi2 = 0.0
            n = 0
            while n < 50 and zr2 + zi2 <= 4.0:
                zi = 2.0 * zr * zi + ci
                zr = zr2 - zi2 + cr
                zr2 = zr * zr
                zi2 = zi * zi
                n += 1
            total += n
            if n == 50:
                inside += 1
    print("mandelbrot", inside, total, sep="\t")


main()
