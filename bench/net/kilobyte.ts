/** `kilobyte.ts PORT`: answers everything with 1 KB. */
const body = "x".repeat(1024);
Bun.serve({
  port: Number(process.argv[2]),
  hostname: "127.0.0.1",
  fetch: () => new Response(body),
});
