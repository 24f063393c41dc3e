/** Searching a text from match to match, with positions in bytes. */
import type { Matcher, RE2JS } from "re2js";
import { bytesToText, HostError, utf8ToBytes } from "../../host";
import { compile, type Pattern } from "./pattern";

const MAX_TEXT = 64 * 1024 * 1024;
/** Bounds what one step may take: the search time grows with both sizes. */
const MAX_WORK = 4e9;

/** Where a match or a group lies: offsets from 0, the end is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Match extends Span {
  /** Groups from number 1 on; those that took no part are undefined. */
  readonly groups: readonly (Span | undefined)[];
}

const ASCII = /^[\x00-\x7f]*$/;

/** A text and a pattern that is searched for in it. */
export class Search {
  private readonly matcher: Matcher;
  private readonly regex: RE2JS;
  /** The text in the form that is searched. */
  private readonly text: string;
  /** Offsets in `text` are not those in `bytes`. */
  private readonly isWide: boolean;
  /** The end of the last match, in `text`. */
  private lastEnd = -1;
  private lastChar = 0;
  private lastByte = 0;

  constructor(
    readonly bytes: string,
    pattern: Pattern,
  ) {
    if (bytes.length > MAX_TEXT)
      throw new HostError(`the text is longer than ${MAX_TEXT / 1024 / 1024} MiB`);
    const text = bytesToText(bytes);
    this.text = text ?? bytes;
    this.isWide = text !== undefined && !ASCII.test(text);
    this.regex = compile(pattern, text === undefined ? "bytes" : "text");
    if (bytes.length * this.regex.programSize() > MAX_WORK)
      throw new HostError("the pattern is too large for a text of this size");
    this.matcher = this.regex.matcher(this.text);
  }

  /** Whether there is a match at all; faster than finding out where. */
  test(): boolean {
    return this.regex.test(this.text);
  }

  /** The names of groups, with their numbers. */
  get names(): [name: string, group: number][] {
    return Object.entries(this.regex.namedGroups()).map(([name, n]) => [utf8ToBytes(name), n]);
  }

  /** The next match behind the last one; as in RE2, an empty one does not touch it. */
  next(): Match | undefined {
    const { matcher } = this;
    let from: number;
    do {
      if (!matcher.find()) return undefined;
      from = matcher.start();
    } while (from === this.lastEnd && matcher.end() === from);
    this.lastEnd = matcher.end();
    const start = this.offset(from);
    const groups: (Span | undefined)[] = [];
    for (let g = 1; g <= matcher.groupCount(); g++) {
      const first = matcher.start(g);
      groups.push(
        first < 0
          ? undefined
          : { start: start + this.size(from, first), end: start + this.size(from, matcher.end(g)) },
      );
    }
    return { start, end: start + this.size(from, matcher.end()), groups };
  }

  slice({ start, end }: Span): string {
    return this.bytes.slice(start, end);
  }

  /** The offset in bytes of an offset in `text`; both only grow. */
  private offset(at: number): number {
    if (!this.isWide) return at;
    this.lastByte += this.size(this.lastChar, at);
    this.lastChar = at;
    return this.lastByte;
  }

  private size(from: number, to: number): number {
    return this.isWide ? Buffer.byteLength(this.text.slice(from, to)) : to - from;
  }
}
