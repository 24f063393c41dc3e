/** Line by line what arrives in chunks: logs, and JSON objects one below the other. */
import { fault } from "./errors";

/** A line is never longer than this; it would be kept in memory whole. */
const MAX_LINE = 64 * 1024 * 1024;

/** Turns chunks of bytes (as byte strings) into lines without their ends. */
export class LineSplitter {
  private rest: string[] = [];
  private size = 0;

  /** `url` is where they come from, for messages. */
  constructor(private readonly url: URL) {}

  /** The lines that are complete with this chunk. */
  push(chunk: string): string[] {
    const out: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf("\n"); end >= 0; end = chunk.indexOf("\n", start)) {
      out.push(this.finish(chunk.slice(start, end)));
      start = end + 1;
    }
    if (start < chunk.length) {
      this.rest.push(chunk.slice(start));
      this.size += chunk.length - start;
      if (this.size > MAX_LINE)
        throw fault("body", this.url, `a line of more than ${MAX_LINE} bytes`, true);
    }
    return out;
  }

  /** What came after the last line end, if anything. */
  end(): string | undefined {
    return this.size === 0 ? undefined : this.finish("");
  }

  private finish(tail: string): string {
    const line = this.rest.join("") + tail;
    this.rest = [];
    this.size = 0;
    return line.endsWith("\r") ? line.slice(0, -1) : line;
  }
}
