/**
 * Interned names.
 *
 * The scanner hashes a name while it runs over its characters, and this table compares the hit
 * with the source in place. So a name that has been seen before costs no new string, and the
 * parser can tell names apart by identity and hang scope information on their small `id`s.
 */
import { RESERVED_WORDS, TK_AND, TK_NAME } from "./token";

/** A name or reserved word; one object per text and chunk. */
export class Name {
  /** The next name in the same bucket. */
  next: Name | undefined;
  constructor(
    readonly text: string,
    readonly hash: number,
    /** `TK_NAME`, or the code of the reserved word. */
    readonly token: number,
    /** Numbers from 0 on, unique in the chunk. */
    readonly id: number,
  ) {
    this.next = undefined;
  }
}

/** All names of a chunk, and the reserved words. */
export class NameTable {
  private buckets: (Name | undefined)[];
  private mask: number;
  private count = 0;

  constructor() {
    this.buckets = new Array<Name | undefined>(256).fill(undefined);
    this.mask = 255;
    for (let i = 0; i < RESERVED_WORDS.length; i++) {
      const word = RESERVED_WORDS[i] as string;
      this.add(word, hashOf(word), TK_AND + i);
    }
  }

  /** The name at `src[start..end)`, whose hash the caller has computed. */
  intern(src: string, start: number, end: number, hash: number): Name {
    const length = end - start;
    let name = this.buckets[hash & this.mask];
    for (; name !== undefined; name = name.next) {
      if (name.hash === hash && name.text.length === length) {
        const text = name.text;
        let i = 0;
        while (i < length && text.charCodeAt(i) === src.charCodeAt(start + i)) i++;
        if (i === length) return name;
      }
    }
    return this.add(src.slice(start, end), hash, TK_NAME);
  }

  /** The name with this text. */
  get(text: string): Name {
    return this.intern(text, 0, text.length, hashOf(text));
  }

  private add(text: string, hash: number, token: number): Name {
    if (this.count > this.mask) this.grow();
    const name = new Name(text, hash, token, this.count++);
    name.next = this.buckets[hash & this.mask];
    this.buckets[hash & this.mask] = name;
    return name;
  }

  private grow(): void {
    const old = this.buckets;
    const size = old.length * 2;
    this.buckets = new Array<Name | undefined>(size).fill(undefined);
    this.mask = size - 1;
    for (const head of old) {
      let name = head;
      while (name !== undefined) {
        const next = name.next;
        name.next = this.buckets[name.hash & this.mask];
        this.buckets[name.hash & this.mask] = name;
        name = next;
      }
    }
  }
}

/** The hash of a text, as the scanner computes it on its way over a name. */
function hashOf(text: string): number {
  let hash = text.charCodeAt(0);
  for (let i = 1; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}
