/** Server-sent events (HTML standard §9.2): the reading side. */
import { fault } from "./errors";

export interface ServerEvent {
  readonly event: string;
  readonly data: string;
  readonly id: string;
  readonly retry: number | undefined;
}

/** Neither a line nor the data of an event is longer than this; nobody sends such events. */
const MAX_SIZE = 16 * 1024 * 1024;

/** Turns chunks of bytes (as byte strings) into events. */
export class EventParser {
  private rest = "";
  private atStart = true;
  private skipLineFeed = false;
  private event = "";
  private data: string[] = [];
  private size = 0;
  private id = "";
  private retry: number | undefined;

  /** `url` is where they come from, for messages. */
  constructor(private readonly url: URL) {}

  /** The events that are complete with this chunk. */
  push(chunk: string): ServerEvent[] {
    let text = this.rest + chunk;
    if (this.atStart && text.length >= 3) {
      this.atStart = false;
      if (text.startsWith("\xef\xbb\xbf")) text = text.slice(3);
    }
    const out: ServerEvent[] = [];
    let start = 0;
    let cr = text.indexOf("\r");
    for (;;) {
      if (this.skipLineFeed && start < text.length) {
        this.skipLineFeed = false;
        if (text[start] === "\n") start++;
      }
      if (cr >= 0 && cr < start) cr = text.indexOf("\r", start);
      const lf = text.indexOf("\n", start);
      const end = cr < 0 || (lf >= 0 && lf < cr) ? lf : cr;
      if (end < 0) break;
      if (text[end] === "\r") this.skipLineFeed = true;
      this.line(text.slice(start, end), out);
      start = end + 1;
    }
    this.rest = text.slice(start);
    this.check("a line", this.rest.length);
    this.check("data", this.size);
    return out;
  }

  private check(what: string, size: number): void {
    if (size > MAX_SIZE)
      throw fault("body", this.url, `an event has ${what} of more than ${MAX_SIZE} bytes`);
  }

  private line(line: string, out: ServerEvent[]): void {
    if (line === "") {
      if (this.data.length > 0)
        out.push({
          event: this.event || "message",
          data: this.data.join("\n"),
          id: this.id,
          retry: this.retry,
        });
      this.event = "";
      this.data = [];
      this.size = 0;
      this.retry = undefined;
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? "" : line.slice(colon + 1);
    if (value.startsWith(" ")) value = value.slice(1);
    if (field === "data") {
      this.data.push(value);
      this.size += value.length;
    } else if (field === "event") this.event = value;
    else if (field === "id" && !value.includes("\0")) this.id = value;
    else if (field === "retry" && /^\d+$/.test(value)) this.retry = Number(value);
  }
}
