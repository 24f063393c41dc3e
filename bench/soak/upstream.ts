/**
 * `upstream.ts PORT`: what the service asks, with faults. Of a hundred requests two are answered by a
 * reset, one by the end of the connection in the middle of the body, one after two seconds, one byte by
 * byte; the others at once.
 */
import net from "node:net";

let count = 0;

function answer(socket: net.Socket, id: string): void {
  const body = JSON.stringify({ value: `value of ${id}` });
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  switch (count++ % 100) {
    case 17:
    case 61:
      socket.resetAndDestroy();
      break;
    case 33:
      socket.end(head + body.slice(0, 5));
      break;
    case 48:
      setTimeout(() => socket.write(head + body), 2000);
      break;
    case 79: {
      let sent = 0;
      const text = head + body;
      const timer = setInterval(() => {
        socket.write(text.slice(sent, sent + 10));
        sent += 10;
        if (sent >= text.length || socket.destroyed) clearInterval(timer);
      }, 5);
      break;
    }
    default:
      socket.write(head + body);
  }
}

net
  .createServer({ noDelay: true }, (socket) => {
    let buffer = "";
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      buffer += data.toString("latin1");
      for (;;) {
        const end = buffer.indexOf("\r\n\r\n");
        if (end < 0) return;
        const path = buffer.split(" ", 2)[1] ?? "";
        buffer = buffer.slice(end + 4);
        answer(socket, path.replace(/^\/item\//, ""));
      }
    });
  })
  .listen(Number(process.argv[2]), "127.0.0.1");
