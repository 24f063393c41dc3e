import { expect, test } from "vitest";
import { onlyReads } from "../../src/builtins/db/reading";
import { MYSQL, rewrite, SQLITE, scanStatements } from "../../src/builtins/db/scan";

const texts = (sql: string, dialect = SQLITE) =>
  scanStatements(sql, dialect).map((s) => sql.slice(s.start, s.end).trim());
const places = (sql: string, dialect = SQLITE) =>
  scanStatements(sql, dialect).flatMap((s) => s.placeholders.map((x) => x.text));

test("statements end at semicolons outside of strings, names and comments", () => {
  expect(texts("select 1; select 2;")).toEqual(["select 1", "select 2"]);
  expect(texts(";; ;-- only; this\n /* and; that */")).toEqual([]);
  expect(texts(`select ';', "a;b", [c;d], \`e;f\`, 'it''s;' -- ;\n, /* ; */ 1`)).toHaveLength(1);
  expect(texts("select 'open; ended")).toHaveLength(1);
  expect(texts("select /* open; ended")).toHaveLength(1);
  expect(texts("select 'a\\'; select 2")).toEqual(["select 'a\\'", "select 2"]);
  expect(texts("select 'a\\'; select 2'", MYSQL)).toHaveLength(1);
  expect(texts("select 1 # ; x\n; select 2", MYSQL)).toHaveLength(2);
  expect(texts("select [1]; select 2", MYSQL)).toHaveLength(2);
});

test("bodies of triggers and procedures belong to their statement", () => {
  const trigger = `create temp trigger x before insert on t begin
    select case when 1 then 2 end; update t set a = 'end;'; end`;
  expect(texts(`${trigger}; select 1`)).toEqual([trigger, "select 1"]);
  expect(
    texts("create or replace procedure p() begin select 1; select 2; end", MYSQL),
  ).toHaveLength(1);
  expect(
    texts("create definer=root@localhost function f() returns int begin return 1; end", MYSQL),
  ).toHaveLength(1);
  expect(texts("create table trigger_log (x); insert into trigger_log values (1)")).toHaveLength(2);
  expect(texts("begin; update t set a = 1; end")).toHaveLength(3);
});

test("placeholders outside of strings, names and comments", () => {
  expect(places("select ?, ?12, $3, :a, @b, '?', \"?\", [?], `?` -- ?\n/* ? */")).toEqual([
    "?",
    "?12",
    "$3",
    ":a",
    "@b",
  ]);
  expect(places("select 'x' || ?, b->>'$.k', t.c$1")).toEqual(["?"]);
  expect(places("insert into t values(?,?),(?,?)")).toHaveLength(4);
  const sql = "select ? ; select ?+?";
  const [, second] = scanStatements(sql, SQLITE);
  expect(second && rewrite(sql, second, (_, i) => `<${i}>`)).toBe("select <0>+<1>");
});

test("long texts take time in proportion", () => {
  const sql = `select ${"'x;y' || ? || ".repeat(50_000)} 1; `;
  const started = performance.now();
  expect(places(sql)).toHaveLength(50_000);
  expect(scanStatements("(".repeat(200_000), SQLITE)).toHaveLength(1);
  expect(scanStatements("'".repeat(200_001), MYSQL)).toHaveLength(1);
  expect(scanStatements("/* ".repeat(100_000), SQLITE)).toHaveLength(0);
  expect(performance.now() - started).toBeLessThan(3000);
});

test("strings of many megabytes, whatever they hold", () => {
  for (const piece of ["xx", "''", '""', "\\'", '\\"'])
    for (const quote of ["'", '"']) {
      const text = `select ${quote}${piece.repeat(4_000_000)}${quote}`;
      const isEscape = piece[0] === "\\" && piece[1] === quote;
      if (!isEscape) expect(scanStatements(`${text}; select 2`, SQLITE)).toHaveLength(2);
      if (piece[0] === "\\") expect(scanStatements(`${text}; select 2`, MYSQL)).toHaveLength(2);
      expect(onlyReads(`${text}; delete from t`)).toBe(false);
    }
  expect(scanStatements(`select '${"x".repeat(16_000_000)}'; select 2`, MYSQL)).toHaveLength(2);
}, 60_000);
