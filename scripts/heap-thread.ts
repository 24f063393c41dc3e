/**
 * Lets a runtime start one of its threads later: the one that readies pages for the heap, which it does
 * when 64 blocks of 16 KB are in use. A small script in assay needs more than those, and is at its end
 * before it could have any use of the thread, whose start costs it 0.2 to 0.4 ms.
 *
 * The number is the default of an option of the engine, which only the environment could set to another
 * value. Where the engine fills in its defaults, it is half of a constant of 64 bits that one or two
 * instructions load, the other half of which is the default of the option before (32, how many pages to
 * have ready). A runtime without such a place, or with several, stays as it is.
 */
import { Elf, EM_AARCH64, EM_X86_64 } from "./elf";

const BLOCKS = 64;
const PAGES = 32;
/** Blocks that are used before the thread starts. */
export const LATER = 128;

/** The places of `PAGES` and `BLOCKS` in one constant, with what changes it. */
const FINDERS: Readonly<Record<number, (runtime: Buffer) => (() => void)[]>> = {
  // movabs rax, BLOCKS << 32 | PAGES
  [EM_X86_64]: (runtime) => {
    const code = Buffer.from("48b80000000000000000", "hex");
    code.writeUInt32LE(PAGES, 2);
    code.writeUInt32LE(BLOCKS, 6);
    const found: (() => void)[] = [];
    for (let at = runtime.indexOf(code); at >= 0; at = runtime.indexOf(code, at + 1)) {
      const place = at + 6;
      found.push(() => runtime.writeUInt32LE(LATER, place));
    }
    return found;
  },
  // mov x, PAGES; movk x, BLOCKS, lsl 32; both with a 16-bit value in front of the register's five bits
  [EM_AARCH64]: (runtime) => {
    const withValue = (opcode: number, value: number) => (opcode | (value << 5)) >>> 0;
    const [mov, movk] = [0xd280_0000, 0xf2c0_0000];
    const found: (() => void)[] = [];
    for (let at = 0; at + 8 <= runtime.length; at += 4) {
      const first = runtime.readUInt32LE(at);
      const register = first & 31;
      if ((first ^ register) >>> 0 !== withValue(mov, PAGES)) continue;
      if (runtime.readUInt32LE(at + 4) !== (withValue(movk, BLOCKS) | register) >>> 0) continue;
      const place = at + 4;
      found.push(() => runtime.writeUInt32LE((withValue(movk, LATER) | register) >>> 0, place));
    }
    return found;
  },
};

/** Changes the runtime in place; false if there is nothing to change. */
export function delayHeapThread(runtime: Buffer): boolean {
  const places = FINDERS[new Elf(runtime).machine]?.(runtime) ?? [];
  if (places.length !== 1) return false;
  places[0]?.();
  return true;
}
