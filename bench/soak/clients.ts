/** The clients of the soak: those that count answers, and those that misbehave. */
import net from "node:net";

export interface Tally {
  /** Answers by status. */
  readonly statuses: Map<number, number>;
  /** Requests that got no answer, or one that was not theirs: none may. */
  readonly wrong: string[];
  sent: number;
}

/** Sends requests one after the other over a connection of its own until `end`; checks each answer. */
export async function steadyClient(
  port: number,
  name: string,
  end: number,
  tally: Tally,
): Promise<void> {
  const pad = "p".repeat(200);
  let socket: Lines | undefined;
  for (let n = 0; performance.now() < end; n++) {
    const id = `${name}-${n}`;
    tally.sent++;
    try {
      socket ??= await Lines.connect(port);
      socket.write(
        `POST /work/${id} HTTP/1.1\r\nHost: x\r\nContent-Length: ${pad.length}\r\n\r\n${pad}`,
      );
      const { status, body } = await socket.response();
      tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + 1);
      const answer = JSON.parse(body) as { id?: string; value?: string; error?: string };
      if (answer.id !== id) tally.wrong.push(`${id}: the answer is that of ${answer.id}`);
      if (status === 200 && answer.value !== `value of ${id}`)
        tally.wrong.push(`${id}: wrong value ${answer.value}`);
      if (![200, 502, 503, 504].includes(status)) tally.wrong.push(`${id}: ${status} ${body}`);
      if (socket.extra > 0) tally.wrong.push(`${id}: ${socket.extra} bytes after the answer`);
    } catch (e) {
      tally.wrong.push(`${id}: ${e instanceof Error ? e.message : e}`);
      socket?.close();
      socket = undefined;
    }
  }
  socket?.close();
}

/** Whole responses from a socket, in the order they come. */
class Lines {
  private buffer = "";
  private failure: Error | undefined;
  private wake: (() => void) | undefined;

  private constructor(private readonly socket: net.Socket) {
    socket.on("data", (data) => {
      this.buffer += data.toString("latin1");
      this.wake?.();
    });
    const failed = (e?: Error) => {
      this.failure ??= e ?? new Error("connection closed");
      this.wake?.();
    };
    socket.on("error", failed);
    socket.on("close", () => failed());
  }

  static connect(port: number): Promise<Lines> {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
      socket.once("error", reject);
      socket.once("connect", () => resolve(new Lines(socket)));
    });
  }

  /** Bytes that came without having been asked for. */
  get extra(): number {
    return this.buffer.length;
  }

  write(text: string): void {
    this.socket.write(text);
  }

  async response(): Promise<{ status: number; body: string }> {
    for (;;) {
      const end = this.buffer.indexOf("\r\n\r\n");
      if (end >= 0) {
        const head = this.buffer.slice(0, end);
        const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
        if (this.buffer.length >= end + 4 + length) {
          const body = this.buffer.slice(end + 4, end + 4 + length);
          this.buffer = this.buffer.slice(end + 4 + length);
          return { status: Number(head.split(" ")[1]), body };
        }
      }
      if (this.failure !== undefined) throw this.failure;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  close(): void {
    this.socket.destroy();
  }
}

/** Opens connections that stop in the middle of a request, go away, or do not read what they asked for. */
export async function rudeClient(port: number, end: number): Promise<void> {
  for (let n = 0; performance.now() < end; n++) {
    const socket = net.connect({ port, host: "127.0.0.1" });
    socket.on("error", () => undefined);
    await new Promise<void>((resolve) => {
      socket.once("connect", () => resolve());
      socket.once("close", () => resolve());
    });
    switch (n % 4) {
      case 0: // half a head
        socket.write("POST /work/rude HTTP/1.1\r\nHost: x\r\nContent-");
        break;
      case 1: // half a body
        socket.write("POST /work/rude HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf");
        break;
      case 2: // a large answer that nobody reads
        socket.pause();
        socket.write("GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
        break;
      default: // away before the answer
        socket.write(
          `POST /work/rude-${port}-${n} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`,
        );
    }
    await Bun.sleep(n % 4 === 3 ? 1 : 100);
    if (n % 2 === 0) socket.destroy();
    else socket.resetAndDestroy();
  }
}
