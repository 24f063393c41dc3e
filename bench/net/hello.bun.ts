/** `hello.bun.ts PORT`: what hello.lua does, on a bare Bun.serve. */
Bun.serve({
  port: Number(process.argv[2]),
  hostname: "127.0.0.1",
  fetch: (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/hello") return new Response("hello");
    if (pathname === "/echo") return request.json().then((value) => Response.json(value));
    return new Response("not found", { status: 404 });
  },
});
