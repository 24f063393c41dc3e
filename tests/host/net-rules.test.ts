/** Rules for connections: spellings, names and addresses, and one look-up for each connection. */
import { expect, test } from "vitest";
import { canonicalHost } from "../../src/host/addresses";
import { NetRefusal, NetRules } from "../../src/host/net-rules";

/** A name server that gives another answer each time, as a rebinding one does. */
function answers(...lists: string[][]) {
  const asked: string[] = [];
  const lookup = async (name: string) => {
    asked.push(name);
    return lists[Math.min(asked.length, lists.length) - 1] as string[];
  };
  return { asked, lookup };
}

const never = async () => {
  throw new Error("no name is to be looked up");
};

async function allows(rules: string[], host: string, port = 80, lookup = never): Promise<boolean> {
  try {
    await new NetRules(rules, lookup).resolve(host, port);
    return true;
  } catch (e) {
    if (e instanceof NetRefusal) return false;
    throw e;
  }
}

test.each([
  ["127.0.0.1", "127.0.0.1"],
  ["127.1", "127.0.0.1"],
  ["2130706433", "127.0.0.1"],
  ["0x7f000001", "127.0.0.1"],
  ["017700000001", "127.0.0.1"],
  ["127.0.0.1.", "127.0.0.1"],
  ["[::ffff:127.0.0.1]", "127.0.0.1"],
  ["::ffff:7f00:1", "127.0.0.1"],
  ["0:0:0:0:0:FFFF:7F00:0001", "127.0.0.1"],
  ["[::1]", "::1"],
  ["0:0:0:0:0:0:0:1", "::1"],
  ["2001:DB8:0::1", "2001:db8::1"],
  ["0", "0.0.0.0"],
  ["Example.COM.", "example.com"],
  ["bücher.example", "xn--bcher-kva.example"],
  ["１２７.0.0.1", "127.0.0.1"],
  ["a@b", "a@b"],
  ["allowed\\@evil", "allowed\\@evil"],
  ["allowed/x", "allowed/x"],
  ["allowed#x", "allowed#x"],
  ["/run/socket", "/run/socket"],
  ["1.2.3.4.5", "1.2.3.4.5"],
])("%s is the host %s", (host, canonical) => {
  expect(canonicalHost(host)).toBe(canonical);
});

test.each<[string[], string, number, boolean]>([
  [["*"], "anything", 1, true],
  [["*:443"], "anything", 443, true],
  [["*:443"], "anything", 80, false],
  [["api.example"], "api.example", 80, true],
  [["api.example"], "API.example.", 80, true],
  [["api.example"], "api.example.evil", 80, false],
  [["api.example"], "xapi.example", 80, false],
  [["api.example:443"], "api.example", 80, false],
  [["*.example"], "a.b.example", 80, true],
  [["*.example"], "example", 80, false],
  [["*.example"], "evilexample", 80, false],
  [["10.0.0.0/8"], "10.1.2.3", 80, true],
  [["10.0.0.0/8"], "11.1.2.3", 80, false],
  [["10.0.0.0/8:5432"], "10.1.2.3", 5432, true],
  [["10.0.0.0/8:5432"], "10.1.2.3", 80, false],
  [["10.0.0.0/8"], "::ffff:10.1.2.3", 80, true],
  [["fd00::/8"], "fd12::1", 80, true],
  [["fd00::/8"], "fe80::1", 80, false],
  [["0.0.0.0/0"], "fe80::1", 80, false],
  [["[::1]:80"], "::1", 80, true],
  [["[::1]:80"], "::1", 81, false],
  [["::1"], "[0:0::1]", 81, true],
  [["127.0.0.1"], "0.0.0.0", 80, false],
  [["127.0.0.1"], "::1", 80, false],
  [["allowed"], "allowed@evil", 80, false],
  [["allowed"], "allowed\\@evil", 80, false],
  [["allowed"], "allowed,evil", 80, false],
  [["allowed"], "allowed%00", 80, false],
  [["[::1]"], "::1%eth0", 80, false],
  [[], "x", 80, false],
])("%j and %s:%i: %s", async (rules, host, port, expected) => {
  expect(await allows(rules, host, port)).toBe(expected);
});

test("a rule for addresses holds for names, which are looked up once", async () => {
  const dns = answers(["10.0.0.5"], ["169.254.169.254"]);
  const rules = new NetRules(["10.0.0.0/8"], dns.lookup);
  expect(await rules.resolve("db.example", 5432)).toEqual(["10.0.0.5"]);
  // what is connected to is an address: the second answer comes too late
  expect(dns.asked).toEqual(["db.example"]);
  await expect(rules.resolve("db.example", 5432)).rejects.toThrow(NetRefusal);
});

test("of several addresses only those that are allowed are used", async () => {
  const dns = answers(["169.254.169.254", "::1", "10.0.0.5", "::ffff:10.0.0.6"]);
  const rules = new NetRules(["10.0.0.0/8"], dns.lookup);
  expect(await rules.resolve("x", 80)).toEqual(["10.0.0.5", "10.0.0.6"]);
});

test("a name that no rule can fit is not even looked up", async () => {
  expect(await allows(["api.example"], "secret-in-a-name.evil.example")).toBe(false);
  expect(await allows(["10.0.0.0/8:5432"], "secret-in-a-name.evil.example", 80)).toBe(false);
});

test("a rule for a name connects by the name", async () => {
  expect(await new NetRules(["api.example"], never).resolve("API.example", 80)).toEqual([
    "API.example",
  ]);
});

test("listening", () => {
  const rules = new NetRules(["127.0.0.1:8080"]);
  rules.checkListen("127.0.0.1", 8080);
  expect(() => rules.checkListen("0.0.0.0", 8080)).toThrow("listening on 0.0.0.0:8080");
  expect(() => rules.checkListen("::", 8080)).toThrow("listening on [::]:8080");
});

test.each([
  "",
  "a b",
  "a:b",
  "a:99999",
  "10.0.0.0/33",
  "a/8",
  "*.10.0.0.1",
  "http://x",
  "x@y",
  ":80",
])("%j is no rule", (rule) => {
  expect(() => new NetRules([rule])).toThrow("invalid network rule");
});
