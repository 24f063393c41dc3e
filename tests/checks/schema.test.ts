/** The JSON Schema that editors use agrees with the loader. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { SCHEMA_FILE, schemaText } from "../../scripts/generate-checks-schema";
import { loadText } from "../../src/checks/load";

const schema = JSON.parse(readFileSync(SCHEMA_FILE, "utf8")) as object;
const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);

const accepts = (text: string) => validate(parse(text, { merge: true }));
function loads(text: string): boolean {
  try {
    return loadText(text, "c.yaml", { strict: true, lenient: true }).warnings.length === 0;
  } catch {
    return false;
  }
}

test("the JSON Schema that is shipped is that of this definition", () => {
  expect(readFileSync(SCHEMA_FILE, "utf8")).toBe(schemaText());
});

test("files that the loader takes are valid by the schema", () => {
  const golden = join(import.meta.dirname, "golden");
  const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "checks.md"), "utf8");
  const examples = [...page.matchAll(/^```yaml\n(# \w+\.yaml\n[\s\S]*?)^```/gm)].map(
    (m) => m[1] as string,
  );
  const files = readdirSync(golden)
    .filter((f) => f.endsWith(".yaml"))
    .map((f) => readFileSync(join(golden, f), "utf8"));
  expect(files.length + examples.length).toBeGreaterThan(20);
  for (const text of [...files, ...examples])
    expect([text, accepts(text)]).toEqual([text, !text.startsWith("# mistakes")]);
});

test.each([
  "timeout:\nretries: ~\nparallel: null\nbackoff: {delay: }\nvars:\nchecks: [{name: a, type: dns, host: x, expect: , tags: }]",
  "checks: [{name: a, type: http, url: http://x, headers: {A: }, expect: {status: , body: }}]",
])("both take keys without a value: %j", (text) => {
  expect([accepts(text), loads(text)]).toEqual([true, true]);
});

test.each([
  "checks: [{name: a, type: http, url: }]",
  "checks:",
  "checks: 1",
  "timeout: 5\nchecks: []",
  "timeout: 1h\nchecks: []",
  "chekcs: []",
  "retries: -1\nchecks: []",
  "parallel: 0\nchecks: []",
  "checks: [{name: a}]",
  "checks: [{name: a, type: nope}]",
  "checks: [{name: a, type: http}]",
  "checks: [{name: a, type: http, url: http://x, query: y}]",
  "checks: [{name: a, type: http, url: ftp://x}]",
  "checks: [{name: a, type: http, url: http://x, expect: {status: 2yy}}]",
  "checks: [{name: a, type: http, url: http://x, expect: {status: []}}]",
  "checks: [{name: a, type: http, url: http://x, expect: {min: 1}}]",
  "checks: [{name: a, type: tcp, host: x, port: 70000}]",
  "checks: [{name: a, type: dns, host: x, record: B}]",
  "checks: [{name: a, type: k8s, resource: deployment/x, expect: {rollout: done}}]",
  "checks: [{name: a, type: sql, url: 'sqlite::memory:', query: x, params: 1}]",
  "backoff: {strategy: cubic}\nchecks: []",
])("both refuse %j", (text) => {
  expect([accepts(text), loads(text)]).toEqual([false, false]);
});
