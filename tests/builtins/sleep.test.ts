import { expect, test } from "vitest";
import { harness } from "./harness";

const { run, failure } = harness();

test("waits at least so long", async () => {
  const start = performance.now();
  expect(await run("return sleep(0.05)")).toEqual([]);
  expect(performance.now() - start).toBeGreaterThanOrEqual(48);
});

test("only the calling task waits", async () => {
  const [order] = await run(`
    local order = {}
    local h = async.spawn(function() sleep(0.02) order[#order + 1] = "slow" end)
    sleep(0) order[#order + 1] = "fast"
    h:await()
    return order`);
  expect(order).toEqual(["fast", "slow"]);
});

test("a thousand tasks sleep at the same time", async () => {
  const start = performance.now();
  const [n] = await run(`
    local n = 0
    local hs = {}
    for i = 1, 1000 do hs[i] = async.spawn(function() sleep(0.1) n = n + 1 end) end
    async.all(hs)
    return n`);
  expect(n).toBe(1000);
  expect(performance.now() - start).toBeLessThan(3000);
});

test.each(["-1", "0/0", "math.huge", "-math.huge"])("sleep(%s) is refused", async (seconds) => {
  expect(await failure(`sleep(${seconds})`)).toMatch(
    /^sleep: seconds must be a finite number, not negative/,
  );
});

test("waits that never end are refused", async () => {
  expect(await failure("sleep(1e300)")).toMatch(/^sleep: seconds must be at most 1000000000, got /);
});

test("numeric strings count, other values do not", async () => {
  expect(await run('return sleep("0.001")')).toEqual([]);
  expect(await failure("sleep()")).toBe(
    "t.lua:1: bad argument #1 to 'sleep' (number expected, got no value)",
  );
  expect(await failure("sleep({})")).toContain("number expected, got table");
});

test("works everywhere: iterators, metamethods, sort, gsub, pcall, coroutines", async () => {
  const [r] = await run(`
    local r = {}
    for x in function(_, i) sleep(0) i = (i or 0) + 1 if i < 3 then return i end end do
      r[#r + 1] = x
    end
    local t = setmetatable({}, {__index = function(_, k) sleep(0) return k end})
    r[#r + 1] = t.x
    local l = {3, 1, 2}
    table.sort(l, function(a, b) sleep(0) return a < b end)
    r[#r + 1] = table.concat(l)
    r[#r + 1] = (("ab"):gsub(".", function(c) sleep(0) return c:upper() end))
    r[#r + 1] = select(2, pcall(function() sleep(0) return "p" end))
    r[#r + 1] = coroutine.wrap(function() sleep(0) coroutine.yield("c") end)()
    return r`);
  expect(r).toEqual([1, 2, "x", "123", "AB", "p", "c"]);
});
