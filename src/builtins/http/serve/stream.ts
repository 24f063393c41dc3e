/** Response bodies that a Lua function writes piece by piece: plain streams and server-sent events. */
import {
  bytesToBuffer,
  fn,
  type Host,
  HostError,
  type LuaFunction,
  LuaTable,
  makeFunction,
  p,
  Waiters,
} from "../../../host";
import { plainText } from "../query";

/** Bytes that may wait for a slow reader before the writing task waits. */
const HIGH_WATER = 256 * 1024;
/** Comments keep proxies from cutting a silent event stream. */
const HEARTBEAT_MS = 15_000;
/** What was written goes out before the connection is cut, where Bun would throw it away. */
const CUT_MS = 50;

export interface StreamHooks {
  /** The body is at its end, for whatever reason; `error` when the function failed. */
  readonly onEnd: (error: unknown) => void;
}

/** A running stream, which the server ends when it closes. */
export interface RunningStream {
  readonly body: ReadableStream;
  /** Whether the function has written anything. */
  readonly hasBegun: boolean;
  stop(): void;
}

/** Runs `run(write)`; what it writes is the body. The task is cancelled when the client goes. */
export function streamBody(
  host: Host,
  kind: "sse" | "stream",
  run: LuaFunction,
  hooks: StreamHooks,
): RunningStream {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let isOpen = true;
  let hasBegun = false;
  const writers = new Waiters<void>();
  const woken = () => writers.wakeAll();

  async function write(bytes: string, signal: AbortSignal): Promise<boolean> {
    if (!isOpen || controller === undefined) return false;
    hasBegun = true;
    if (bytes !== "") controller.enqueue(bytesToBuffer(bytes));
    while (isOpen && (controller.desiredSize ?? 0) <= 0) await writers.wait(signal);
    return isOpen;
  }

  const writer = makeFunction(host, kind === "sse" ? "send" : "write", writerOf(kind, write));
  const heartbeat =
    kind === "sse"
      ? setInterval(() => {
          if (isOpen && (controller?.desiredSize ?? 0) > 0)
            controller?.enqueue(bytesToBuffer(":\n\n"));
        }, HEARTBEAT_MS)
      : undefined;

  const finish = (error: unknown, close: () => void) => {
    if (!isOpen) return;
    isOpen = false;
    clearInterval(heartbeat);
    woken();
    close();
    hooks.onEnd(error);
  };

  const task = host.spawn(run, writer);
  const body = new ReadableStream<Uint8Array>(
    {
      start(c) {
        controller = c;
        // the headers go out with the first bytes only
        if (kind === "sse") c.enqueue(bytesToBuffer(":\n\n"));
        task.promise.then(
          () => finish(undefined, () => c.close()),
          // the connection is cut: the client must not take the body for complete
          (e: unknown) => finish(e, () => setTimeout(() => c.error(), CUT_MS)),
        );
      },
      pull: woken,
      cancel() {
        finish(undefined, () => undefined);
        task.cancel();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: HIGH_WATER }),
  );
  return {
    body,
    get hasBegun() {
      return hasBegun;
    },
    stop() {
      finish(undefined, () => controller?.close());
      task.cancel();
    },
  };
}

function writerOf(
  kind: "sse" | "stream",
  write: (bytes: string, signal: AbortSignal) => Promise<boolean>,
) {
  if (kind === "stream")
    return fn({
      doc: "Sends a piece of the body; false once the client is gone.",
      params: [p.string("data")],
      returns: "boolean",
      run: (ctx, data) => write(data, ctx.signal),
    });
  return fn({
    doc: "Sends an event, given as its data or as { event, data, id, retry }; false once the client is gone.",
    params: [p.either(p.table("event"), p.string("data"))],
    returns: "boolean",
    run: (ctx, event) => write(eventText(event), ctx.signal),
  });
}

/** An event in the format of the HTML standard §9.2. */
function eventText(event: string | LuaTable): string {
  if (!(event instanceof LuaTable)) return `${dataLines(event)}\n`;
  let out = "";
  for (const field of ["event", "data", "id", "retry"]) {
    const v = event.µgetStr(field);
    if (v === undefined) continue;
    const text = plainText(v);
    if (text === undefined) throw new HostError(`send: field '${field}' must be a string`);
    if (field !== "data" && /[\r\n\0]/.test(text))
      throw new HostError(`send: field '${field}' must not hold line breaks`);
    out += field === "data" ? dataLines(text) : `${field}: ${text}\n`;
  }
  return `${out}\n`;
}

function dataLines(data: string): string {
  return data
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}\n`)
    .join("");
}
