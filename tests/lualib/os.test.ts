import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test, vi } from "vitest";
import { osLibrary } from "../../src/lualib/os";
import { fromBigInt, MAX_INTEGER, negInt } from "../../src/runtime/int64";
import { ExitRequest } from "../../src/runtime/interrupt";
import { LuaState } from "../../src/runtime/state";
import { LuaTable } from "../../src/runtime/table";
import { LuaFloat, type LuaValue, type Results } from "../../src/runtime/value";
import { errorOf, finish, functionOf, record, settle, suspending, Waiting } from "./drive";

vi.mock("../../src/runtime/scheduler", async () => {
  const { suspend } = await import("../../src/runtime/frame");
  return { awaitPromise: (p: Promise<Results>) => suspend(new Waiting(p)) };
});

const library = osLibrary(new LuaState());

/** The end of the last year that a C int holds. */
const LAST_SECOND = fromBigInt(67768036191676799n);

function call(name: string, ...args: LuaValue[]): Results {
  return functionOf(library, name)(...args);
}

/** Runs `f` in a time zone. */
function inZone<T>(zone: string, f: () => T): T {
  const before = process.env.TZ;
  process.env.TZ = zone;
  try {
    return f();
  } finally {
    process.env.TZ = before ?? "UTC";
  }
}

test("date's conversions", () => {
  expect(call("date", "!%c", 0)).toBe("Thu Jan  1 00:00:00 1970");
  expect(
    call("date", "!%x %X %p %r %D %F %G-%V-%u %U %W %C %e %g %h %I %j %R %T %y %z %Z", 1e9),
  ).toBe(
    "09/09/01 01:46:40 AM 01:46:40 AM 09/09/01 2001-09-09 2001-36-7 36 36 20  9 01 Sep 01 252 " +
      "01:46 01:46:40 01 +0000 GMT",
  );
  expect(call("date", "!%Ec|%Od|%n|%t|%%|%A|%B|%a|%b", 1e9)).toBe(
    "Sun Sep  9 01:46:40 2001|09|\n|\t|%|Sunday|September|Sun|Sep",
  );
  expect(call("date", "!%Y %C %y %G %F", -70000000000)).toBe("-249 -3 51 -249 -249-10-15");
  expect(call("date", "!%Y", LAST_SECOND)).toBe("2147485547");
  expect(call("date", "")).toBe("");
  expect(call("date", "!\0\0")).toBe("\0\0");
  expect(call("date", "%%".repeat(300))).toBe("%".repeat(300));
});

test.each([
  [1609459199, "2020-53-4"], // 2020-12-31
  [1609459200, "2020-53-5"], // 2021-01-01
  [1735603200, "2025-01-2"], // 2024-12-31
  [1230768000, "2009-01-4"], // 2009-01-01
  [1262304000, "2009-53-5"], // 2010-01-01
  [1325376000, "2011-52-7"], // 2012-01-01
])("the ISO week of %d", (t, expected) => {
  expect(call("date", "!%G-%V-%u", t)).toBe(expected);
});

test("date's errors", () => {
  expect(errorOf(() => call("date", "%Ez"))).toBe("#1 invalid conversion specifier '%Ez'");
  expect(errorOf(() => call("date", "x%Q abc\0d"))).toBe(
    "#1 invalid conversion specifier '%Q abc'",
  );
  for (const format of ["%", "%9", "%O", "%E", "%Ea"])
    expect(errorOf(() => call("date", format))).toMatch(/^#1 invalid conversion specifier/);
  expect(errorOf(() => call("date", "%Y", new LuaFloat(2 ** 60)))).toBe(
    "date result cannot be represented in this installation",
  );
  expect(errorOf(() => call("date", "%c", 1.5))).toBe("#2 number has no integer representation");
});

test("date tables", () => {
  const t = call("date", "!*t", 1709210096) as LuaTable;
  const fields = ["year", "month", "day", "hour", "min", "sec", "yday", "wday", "isdst"];
  expect(fields.map((k) => t.µget(k))).toEqual([2024, 2, 29, 12, 34, 56, 60, 5, false]);
});

test("time reads and normalises a date table", () => {
  inZone("UTC", () => {
    const t = record({ year: 2024, month: 14, day: -3, hour: 25 });
    expect(finish(call("time", t))).toBe(1738112400);
    expect([t.µget("year"), t.µget("month"), t.µget("day"), t.µget("hour")]).toEqual([
      2025, 1, 29, 1,
    ]);
    expect(finish(call("time", record({ year: "2024", month: 1, day: 1 })))).toBe(1704110400);
    const last = { year: 2147483647 + 1900, month: 12, day: 31, hour: 23, min: 59 };
    expect(finish(call("time", record({ ...last, sec: 59 })))).toEqual(LAST_SECOND);
    expect(errorOf(() => finish(call("time", record({ ...last, sec: 60 }))))).toBe(
      "time result cannot be represented in this installation",
    );
    for (const t of [0, 1, 1000, 0x7fffffff, 0x80000000, -1e9, 1e12])
      expect(finish(call("time", call("date", "*t", t) as LuaTable))).toBe(t);
  });
});

test("time's errors", () => {
  const e = (fields: Record<string, LuaValue>) =>
    errorOf(() => finish(call("time", record(fields))));
  expect(e({ year: 2020 })).toBe("field 'month' missing in date table");
  expect(e({ year: 2020, month: 1 })).toBe("field 'day' missing in date table");
  expect(e({ year: 1000, month: 1, day: 1, hour: "x" })).toBe("field 'hour' is not an integer");
  expect(e({ year: 1000, month: 1, day: 1, hour: 1.5 })).toBe("field 'hour' is not an integer");
  expect(e({ year: -(2 ** 31) + 1899, month: 1, day: 1 })).toBe("field 'year' is out-of-bound");
  expect(e({ year: 2 ** 31 + 1900, month: 1, day: 1 })).toBe("field 'year' is out-of-bound");
  expect(e({ year: negInt(MAX_INTEGER), month: 1, day: 1 })).toBe("field 'year' is out-of-bound");
  expect(e({ year: 0, month: 1, day: 2 ** 32 })).toBe("field 'day' is out-of-bound");
  expect(e({ year: 0, month: -(2 ** 31 + 1), day: 1 })).toBe("field 'month' is out-of-bound");
  expect(errorOf(() => call("time", 5))).toBe("#1 table expected, got number");
});

test("time asks metamethods, which may suspend", () => {
  const t = new LuaTable();
  const fields: Record<string, LuaValue> = { year: 1970, month: 1, day: 2, hour: 0, isdst: false };
  t.µmetatable = record({ __index: suspending((_t, k) => fields[k as string]) });
  expect(inZone("UTC", () => finish(call("time", t)))).toBe(86400);
});

// expected values from C Lua 5.5 with glibc
test.each([
  ["Europe/Paris", "Sun Sep  9 03:46:40 2001 CEST +0200", true],
  ["America/New_York", "Sat Sep  8 21:46:40 2001 EDT -0400", true],
  ["Asia/Kathmandu", "Sun Sep  9 07:31:40 2001 +0545 +0545", false],
  ["UTC", "Sun Sep  9 01:46:40 2001 UTC +0000", false],
])("local time in %s", (zone, expected, isDst) => {
  inZone(zone, () => {
    expect(call("date", "%c %Z %z", 1e9)).toBe(expected);
    expect((call("date", "*t", 1e9) as LuaTable).µget("isdst")).toBe(isDst);
    expect(call("date", "%c", 1e12)).toBe(
      {
        "Europe/Paris": "Fri Sep 27 03:46:40 33658",
        "America/New_York": "Thu Sep 26 21:46:40 33658",
        "Asia/Kathmandu": "Fri Sep 27 07:31:40 33658",
        UTC: "Fri Sep 27 01:46:40 33658",
      }[zone],
    );
  });
});

test("local times that clocks show twice or never", () => {
  const time = (month: number, day: number, hour: number, min: number, isdst?: boolean) =>
    finish(call("time", record({ year: 2024, month, day, hour, min, isdst })));
  inZone("Europe/Paris", () => {
    expect(time(3, 31, 2, 30)).toBe(1711848600);
    expect(time(10, 27, 2, 30)).toBe(1729992600);
    expect(time(10, 27, 2, 30, true)).toBe(1729989000);
    expect(time(1, 27, 2, 30, true)).toBe(1706315400);
    expect(time(7, 27, 2, 30, false)).toBe(1722043800);
  });
  inZone("America/New_York", () => {
    expect(time(3, 10, 2, 30)).toBe(1710055800);
    expect(time(11, 3, 1, 30)).toBe(1730615400);
  });
});

test("clock, difftime, time", () => {
  const a = Number((call("clock") as LuaFloat).n ?? call("clock"));
  expect(a).toBeGreaterThan(0);
  expect(call("difftime", 5, 2)).toEqual(new LuaFloat(3));
  expect(errorOf(() => call("difftime", 1))).toBe("#2 number expected, got no value");
  expect(Math.abs((call("time") as number) - Date.now() / 1000)).toBeLessThan(3);
});

test("files", () => {
  const dir = mkdtempSync(`${tmpdir()}/os-test-`);
  try {
    writeFileSync(`${dir}/a`, "text");
    expect(call("rename", `${dir}/a`, `${dir}/b`)).toBe(true);
    expect(call("rename", `${dir}/a`, `${dir}/b`)).toEqual([
      undefined,
      "No such file or directory",
      2,
    ]);
    expect(readFileSync(`${dir}/b`, "utf8")).toBe("text");
    expect(call("remove", dir)).toEqual([undefined, `${dir}: Directory not empty`, 39]);
    expect(call("remove", `${dir}/b`)).toBe(true);
    expect(call("remove", `${dir}/b`)).toEqual([
      undefined,
      `${dir}/b: No such file or directory`,
      2,
    ]);
    expect(call("remove", dir)).toBe(true);
    expect(existsSync(dir)).toBe(false);
    expect(call("remove", "a\0b")).toEqual([undefined, "a\0b: Invalid argument", 22]);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  const name = call("tmpname") as string;
  expect(readFileSync(name, "utf8")).toBe("");
  expect(call("tmpname")).not.toBe(name);
  expect(call("remove", name)).toBe(true);
});

test("getenv and setlocale", () => {
  process.env.OS_TEST_VALUE = "gr\u00fcn";
  expect(call("getenv", "OS_TEST_VALUE")).toBe("gr\xc3\xbcn");
  expect(call("getenv", "OS_TEST_MISSING")).toBe(undefined);
  expect(errorOf(() => call("getenv"))).toBe("#1 string expected, got no value");
  expect([call("setlocale"), call("setlocale", "C"), call("setlocale", "POSIX")]).toEqual([
    "C",
    "C",
    "C",
  ]);
  expect(call("setlocale", "xx")).toBe(undefined);
  expect(call("setlocale", "C", "numeric")).toBe("C");
  expect(errorOf(() => call("setlocale", "C", "foo"))).toBe("#2 invalid option 'foo'");
});

test("execute", async () => {
  expect(call("execute")).toBe(true);
  expect(await settle(call("execute", "true"))).toEqual([true, "exit", 0]);
  expect(await settle(call("execute", "exit 3"))).toEqual([undefined, "exit", 3]);
  expect(await settle(call("execute", "kill -9 $$"))).toEqual([undefined, "signal", 9]);
});

test("exit", () => {
  const exit = (...args: LuaValue[]) => {
    try {
      call("exit", ...args);
    } catch (e) {
      return e;
    }
  };
  expect(exit()).toEqual(new ExitRequest(0, false));
  expect(exit(true, true)).toEqual(new ExitRequest(0, true));
  expect(exit(false)).toEqual(new ExitRequest(1, false));
  expect(exit(new LuaFloat(20))).toEqual(new ExitRequest(20, false));
  expect(errorOf(() => call("exit", new LuaTable()))).toBe("#1 number expected, got table");
});
