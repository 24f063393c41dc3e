/** The examples of the pages on `http` run as they stand. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { harness } from "./harness";

describe.each(["http", "http.serve"])("docs/builtins/%s.md", (page) => {
  const text = readFileSync(`docs/builtins/${page}.md`, "utf8");
  const examples = [...text.matchAll(/^```lua\n([\s\S]*?)^```$/gm)].map((m) => m[1] as string);
  test("has examples", () => expect(examples.length).toBeGreaterThan(3));
  test.each(examples.map((code) => [code.split("\n", 1)[0], code]))("%s", async (_, code) => {
    const h = harness();
    await h.run(code as string);
    await h.lua.close();
  });
});
