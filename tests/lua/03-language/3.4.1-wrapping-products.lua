-- §3.4.1, §3.4.3 products of integers wrap around before a float is added to them

local function product(a) return (a * 9007199254740991) + 0.0 end
assert(product(1 << 32) == -4294967296.0 and product(1) == 9007199254740991.0)
local function sum(a, b) return (a * b) + 0.5 end
assert(sum(1 << 32, 1 << 40) == 0.5 and sum(3037000500, 3037000500) == -9.2233720367093012e18)
assert(sum(3, 4) == 12.5 and sum(1e300, 10) == 1e301 and sum(1.5, 2) == 3.5)
local function negated(a, b) return -(a * b) + 0.5 end
assert(negated(1 << 32, 1 << 40) == 0.5 and negated(3, 4) == -11.5)
local function difference(a, b, c) return c - (a * b) * 0.5 end
assert(difference(1 << 32, 1 << 40, 1) == 1.0)
local function left(a, b, c) return c - a * b - 0.5 end
assert(left(1 << 32, 1 << 40, 1) == 0.5)

-- in sums of integers that end with a fraction, too
local function cancelled(a, b, c, d, x) return a * b - c * d + x end
assert(cancelled(3, 3002399751580331, 1 << 26, 1 << 27, 0.5) == 1.5)
assert(cancelled(94906267, 94906267, 94906267, 94906266, 0.25) == 94906267.25)
local function nested(a, b, c, d, x) return (x + c) - (a * b + c * d) end
assert(nested(2147483649, 2147483649, 2147483649, -2147483649, 0.5) == 2147483649.5)
assert(nested(2147483647, 2147483649, 2147483649, -2147483649, 0.5) == 2147483649.5 + 2 * 2147483649)
local function negative(a, b, c) return -(a * b) * c end
assert(negative(4294967297, 4294967297, 2.0 ^ -40) == -(8589934593 * 2.0 ^ -40))
local function negatedSum(a, b, c) return -(a + b) * c end
assert(negatedSum(9007199254740991, 2, 2.0 ^ -40) == -(9007199254740993 * 2.0 ^ -40))

-- no integer is -0
local function zero(a, b, c) return -a - b * c end
assert(1 / zero(0, 0, 0) == 1 / 0 and 1 / zero(0, 0, -1) == 1 / 0 and zero(1, 2, 3) == -7 and zero(0.5, 2, 3) == -6.5)
local function zeros(a, b, c) return (-(a) - (b * c)) + -(a * b) end
assert(1 / zeros(0, 0, 0) == 1 / 0 and zeros(1, 2, 3) == -9 and math.type(zeros(0, 0, 0)) == "integer")
assert(tostring(zeros(0, 0, 0) + 0.0) == "0.0" and tostring(zeros(0.0, 0, 0)) == "-0.0")
