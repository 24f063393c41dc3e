-- Records and methods: objects with a metatable, inheritance one and two levels deep.
-- long: 7200000
local N = tonumber(arg and arg[1]) or 1800000

local Account = {}
Account.__index = Account

function Account.new(owner, balance)
  return setmetatable({ owner = owner, balance = balance, moves = 0 }, Account)
end

function Account:deposit(amount)
  self.balance = self.balance + amount
  self.moves = self.moves + 1
end

function Account:withdraw(amount)
  if amount > self.balance then return false end
  self.balance = self.balance - amount
  self.moves = self.moves + 1
  return true
end

local Savings = setmetatable({}, { __index = Account })
Savings.__index = Savings

function Savings.new(owner, balance, rate)
  local self = Account.new(owner, balance)
  self.rate = rate
  return setmetatable(self, Savings)
end

function Savings:interest()
  self:deposit(self.balance * self.rate // 100)
end

local moves, refused, total = 0, 0, 0
for i = 1, N do
  local a = Account.new("a", i % 100)
  a:deposit(10)
  if not a:withdraw(50) then refused = refused + 1 end
  moves = moves + a.moves
end

local s = Savings.new("s", 1000, 5)
for i = 1, N do
  s:interest()
  if s.balance > 100000 then s:withdraw(99000) end
  total = total + s.balance
end
print("oop", moves, refused, total, s.moves)
