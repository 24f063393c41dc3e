import sys

N = int(sys.argv[1]) if len(sys.argv) > 1 else 1800000


class Account:
    __slots__ = ("owner", "balance", "moves")

    def __init__(self, owner, balance):
        self.owner = owner
        self.balance = balance
        self.moves = 0

    def deposit(self, amount):
        self.balance += amount
        self.moves += 1

    def withdraw(self, amount):
        if amount > self.balance:
            return False
        self.balance -= amount
        self.moves += 1
        return True


class Savings(Account):
    __slots__ = ("rate",)

    def __init__(self, owner, balance, rate):
        super().__init__(owner, balance)
        self.rate = rate

    def interest(self):
        self.deposit(self.balance * self.rate // 100)


def main():
    moves = refused = total = 0
    for i in range(1, N + 1):
        a = Account("a", i % 100)
        a.deposit(10)
        if not a.withdraw(50):
            refused += 1
        moves += a.moves
    s = Savings("s", 1000, 5)
    for _ in range(N):
        s.interest()
        if s.balance > 100000:
            s.withdraw(99000)
        total += s.balance
    print("oop", moves, refused, total, s.moves, sep="\t")


main()
