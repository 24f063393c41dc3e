/** `type: sql` against real servers, as far as they are installed. */
import { afterAll, describe, expect, test } from "vitest";
import { findMariadb, startMariadb } from "../servers/mariadb";
import { findPostgres, startPostgres } from "../servers/postgres";
import type { DatabaseServer } from "../servers/server";
import { removeDirectory, runText } from "./helpers";

afterAll(removeDirectory);

const SERVERS = [
  ["PostgreSQL", findPostgres, startPostgres, "$1"],
  ["MariaDB", findMariadb, startMariadb, "?"],
] as const;

for (const [name, find, begin, mark] of SERVERS)
  describe.skipIf(find() === undefined)(name, () => {
    let server: DatabaseServer | undefined;
    afterAll(async () => server?.stop());

    async function messages(lines: string[]): Promise<(string | null)[]> {
      server ??= await begin();
      const checks = lines.map(
        (l, i) => `  - {name: c${i}, type: sql, url: "${server?.url}", ${l}}`,
      );
      const { checks: results } = await runText(`retries: 0\nchecks:\n${checks.join("\n")}\n`);
      return results.map((r) => (r.passed ? null : r.message));
    }

    test("exact decimals equal numbers", async () => {
      const found = await messages([
        "query: 'select cast(12.50 as decimal(9,2)) as d', expect: {rows: [{d: 12.5}]}",
        "query: 'select cast(12.50 as decimal(9,2)) as d', expect: {rows: [{d: 12.6}]}",
      ]);
      expect(found[0]).toBe(null);
      expect(found[1]).toContain("expected rows");
    });

    test("rows, counts, parameters, a limit of time, and errors", async () => {
      const double = name === "PostgreSQL" ? "2.5::float8" : "2.5e0";
      const slow = name === "PostgreSQL" ? "select pg_sleep(20)" : "select sleep(20)";
      const found = await messages([
        `query: "select 1 as n, 'x' as t, ${double} as f", expect: {rows: [{n: 1, t: x, f: 2.5}]}`,
        "query: select count(*) as n from information_schema.tables, expect: {json: '.[0].n > 5'}",
        `query: "select ${mark}${mark === "?" ? "" : "::int"} + 1 as n", params: [41], expect: {rows: 1, json: '.[0].n == 42'}`,
        "query: select 1 as n, expect: {rows: [{n: 2}]}",
        "query: select * from missing_table",
        `query: ${slow}, timeout: 500ms`,
      ]);
      expect(found).toEqual([
        null,
        null,
        null,
        'expected rows [{"n":2}], got [{"n":1}]',
        expect.stringMatching(/^db\.query: .*missing_table/),
        "attempt timed out after 0.5s",
      ]);
    });

    test("values that JSON has no form for do not fail the check", async () => {
      const query =
        name === "PostgreSQL"
          ? String.raw`select '\\xff00'::bytea as b, array[1,2] as a, '{\"x\":[1.5,null]}'::jsonb as j, 'NaN'::float8 as n, '-Infinity'::float8 as i`
          : "select x'ff00' as b";
      const row =
        name === "PostgreSQL"
          ? "{b: '\\xff00', a: [1, 2], j: {x: [1.5]}, n: NaN, i: '-Infinity'}"
          : "{b: '\\xff00'}";
      expect(await messages([`query: "${query}", expect: {rows: [${row}]}`])).toEqual([null]);
    });

    test("a wrong password is told, and not shown", async () => {
      server ??= await begin();
      const url = server.url.replace(/:[^:@/]+@/, ":not-the-password@");
      const text = `retries: 0\nchecks: [{name: c, type: sql, url: "${url}", query: select 1}]`;
      const [check] = (await runText(text)).checks;
      expect(check?.message).toMatch(/^db\.connect: /);
      expect(check?.message).not.toContain("not-the-password");
    });
  });
