import { defineConfig } from "vitest/config";

// Servers from packages; see tests/real. One file at a time: each starts several processes.
export default defineConfig({
  test: {
    // the tests of assay.postgres need nothing that npm test has not
    include: ["tests/real/**/*.test.ts", "tests/stdlib/postgres.test.ts"],
    globalSetup: "tests/stdlib/setup.ts",
    pool: "forks",
    maxWorkers: 1,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
