/**
 * Watches Zstandard data go by and says at its end whether it is complete (RFC 8878 §3). The decoder
 * of zlib takes a frame that breaks off for an empty one, and what follows the last frame for nothing.
 */
const MAGIC = 0xfd2fb528;
/** The first of sixteen magic numbers of frames that hold no data. */
const SKIPPABLE = 0x184d2a50;
const DICTIONARY_ID = [0, 1, 2, 4];
const RLE = 1;

/** The state of one stream of frames. */
export class ZstdFrames {
  /** Bytes of the header that is being read. */
  private head: number[] = [];
  /** Bytes of contents that are still to come. */
  private skip = 0;
  private inFrame = false;
  private hasChecksum = false;
  private frames = 0;

  push(chunk: Uint8Array): void {
    for (let i = 0; i < chunk.length; ) {
      const n = Math.min(this.skip, chunk.length - i);
      this.skip -= n;
      i += n;
      if (i >= chunk.length) return;
      this.head.push(chunk[i++] as number);
      if (this.inFrame) this.block();
      else this.frame();
    }
  }

  /** Fails unless the data ended behind a frame. */
  end(): void {
    if (this.frames === 0 || this.inFrame || this.skip > 0 || this.head.length > 0)
      throw new Error("unexpected end of file");
  }

  /** §3.1.1.1, §3.1.2 */
  private frame(): void {
    const { head } = this;
    if (head.length < 4) return;
    const magic = this.int32(0);
    if (magic - (magic & 15) === SKIPPABLE) {
      if (head.length < 8) return;
      this.skip = this.int32(4);
      this.head = [];
      this.frames++;
      return;
    }
    if (magic !== MAGIC) throw new Error("not a Zstandard frame");
    if (head.length < 5) return;
    const descriptor = head[4] as number;
    const isSingle = (descriptor & 0x20) !== 0;
    const sizeFlag = descriptor >> 6;
    const sizeBytes = sizeFlag === 0 ? (isSingle ? 1 : 0) : 1 << sizeFlag;
    const length = 5 + (isSingle ? 0 : 1) + (DICTIONARY_ID[descriptor & 3] as number) + sizeBytes;
    if (head.length < length) return;
    this.hasChecksum = (descriptor & 4) !== 0;
    this.head = [];
    this.inFrame = true;
    this.frames++;
  }

  /** §3.1.1.2 */
  private block(): void {
    const [a, b, c] = this.head;
    if (a === undefined || b === undefined || c === undefined) return;
    const header = a | (b << 8) | (c << 16);
    const isLast = (header & 1) !== 0;
    this.skip = ((header >> 1) & 3) === RLE ? 1 : header >> 3;
    if (isLast && this.hasChecksum) this.skip += 4;
    this.inFrame = !isLast;
    this.head = [];
  }

  private int32(at: number): number {
    return Buffer.from(this.head).readUInt32LE(at);
  }
}

/** Fails unless `data` is complete. */
export function checkZstd(data: Uint8Array): void {
  const frames = new ZstdFrames();
  frames.push(data);
  frames.end();
}
