// `hello.node.mjs PORT`: what hello.lua does, on Node's http.
import { createServer } from "node:http";

createServer((request, response) => {
  if (request.url === "/hello") {
    response.setHeader("content-type", "text/plain");
    response.end("hello");
    return;
  }
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(JSON.parse(Buffer.concat(chunks).toString())));
  });
}).listen(Number(process.argv[2]), "127.0.0.1");
