/** A folder of its own for each test file, removed afterwards. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

export function testFolder(): string {
  const path = mkdtempSync(join(tmpdir(), "assay-test-"));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
