/** Limits the memory of a WebAssembly module by a change to its bytes. */

const HEADER = 8;
const MEMORY_SECTION = 5;
const HAS_MAXIMUM = 1;

/** The module with a maximum for the one memory that it declares. */
export function withMaximumMemory(module: Uint8Array, pages: number): Buffer<ArrayBuffer> {
  let at = HEADER;
  while (at < module.length) {
    const id = module[at] as number;
    const size = readNumber(module, at + 1);
    const end = size.next + size.value;
    if (id !== MEMORY_SECTION) {
      at = end;
      continue;
    }
    // one memory: its flags, its minimum
    const flags = readNumber(module, size.next + 1);
    const minimum = readNumber(module, flags.next);
    const body = [1, flags.value | HAS_MAXIMUM, ...number(minimum.value), ...number(pages)];
    const section = [MEMORY_SECTION, ...number(body.length), ...body];
    return Buffer.concat([module.subarray(0, at), Buffer.from(section), module.subarray(end)]);
  }
  throw new Error("the module has no memory");
}

/** An unsigned LEB128 number. */
function readNumber(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  let shift = 0;
  let next = at;
  for (;;) {
    const byte = bytes[next++] as number;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, next };
    shift += 7;
  }
}

function number(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    out.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  out.push(rest);
  return out;
}
