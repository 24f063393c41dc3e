import { defineConfig } from "vitest/config";

// Two forks: the tests start processes and servers of their own.
export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts", "src/**/*.test.ts"],
    // npm run test:real
    exclude: ["**/node_modules/**", "tests/real/**"],
    globalSetup: "tests/stdlib/setup.ts",
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
