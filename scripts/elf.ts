/**
 * What has to be read of an ELF file (64 bits, little endian) to change one in place: see the System V
 * ABI, chapters 4 and 5.
 */

/** Machine numbers. */
export const EM_X86_64 = 62;
export const EM_AARCH64 = 183;

interface Section {
  readonly name: string;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
}

interface Exported {
  readonly address: number;
  readonly size: number;
}

export class Elf {
  private readonly sections: readonly Section[];

  constructor(private readonly bytes: Buffer) {
    if (bytes.toString("latin1", 0, 6) !== "\x7fELF\x02\x01")
      throw new Error("not a 64-bit ELF file");
    this.sections = this.readSections();
  }

  get machine(): number {
    return this.bytes.readUInt16LE(18);
  }

  private u64(at: number): number {
    return Number(this.bytes.readBigUInt64LE(at));
  }

  private readSections(): Section[] {
    const { bytes } = this;
    const [table, size] = [this.u64(40), bytes.readUInt16LE(58)];
    const header = (i: number) => table + i * size;
    const names = this.u64(header(bytes.readUInt16LE(62)) + 24);
    return Array.from({ length: bytes.readUInt16LE(60) }, (_, i) => ({
      name: this.text(names + bytes.readUInt32LE(header(i))),
      address: this.u64(header(i) + 16),
      offset: this.u64(header(i) + 24),
      size: this.u64(header(i) + 32),
    }));
  }

  private text(at: number): string {
    return this.bytes.toString("latin1", at, this.bytes.indexOf(0, at));
  }

  private section(name: string): Section {
    const found = this.sections.find((s) => s.name === name);
    if (found === undefined) throw new Error(`the file has no section ${name}`);
    return found;
  }

  /** Where in the file something lies that a running program has at an address. */
  offsetOf(address: number): number {
    const s = this.sections.find((s) => s.address <= address && address < s.address + s.size);
    if (s === undefined || s.address === 0) throw new Error("no section has that address");
    return s.offset + address - s.address;
  }

  /** A function that the program exports. */
  exported(name: string): Exported {
    const { offset, size } = this.section(".dynsym");
    const names = this.section(".dynstr").offset;
    for (let at = offset; at < offset + size; at += 24) {
      if (this.text(names + this.bytes.readUInt32LE(at)) !== name) continue;
      return { address: this.u64(at + 8), size: this.u64(at + 16) };
    }
    throw new Error(`the file does not export ${name}`);
  }

  /** The address where the program begins. */
  get entry(): number {
    return this.u64(24);
  }

  set entry(address: number) {
    this.bytes.writeBigUInt64LE(BigInt(address), 24);
  }
}
