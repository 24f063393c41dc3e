/** The table in docs/security.md counts what is there. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FILES } from "./cases/files";
import { MODULES } from "./cases/modules";
import { NETWORK } from "./cases/network";
import { PROTOTYPES } from "./cases/prototypes";
import { RESOURCES } from "./cases/resources";
import { SQL } from "./cases/sql";
import { VALUES } from "./cases/values";

const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "security.md"), "utf8");

test.each(
  Object.entries({
    prototypes: PROTOTYPES,
    files: FILES,
    modules: MODULES,
    network: NETWORK,
    values: VALUES,
    sql: SQL,
    resources: RESOURCES,
  }),
)("%s", (group, attacks) => {
  expect(new Set(attacks.map((a) => a.name)).size).toBe(attacks.length);
  expect(page).toMatch(new RegExp(`^\\| ${group} \\| ${attacks.length} \\|`, "m"));
});
