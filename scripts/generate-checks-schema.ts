/** Writes `schema/checks.schema.json` from the definition that the tool validates with. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { jsonSchema } from "../src/checks/json-schema";

export const SCHEMA_FILE = join(dirname(import.meta.dirname), "schema", "checks.schema.json");

/** The file's text. */
export function schemaText(): string {
  return `${JSON.stringify(jsonSchema(), null, 2)}\n`;
}

if (import.meta.main) {
  mkdirSync(dirname(SCHEMA_FILE), { recursive: true });
  writeFileSync(SCHEMA_FILE, schemaText());
}
