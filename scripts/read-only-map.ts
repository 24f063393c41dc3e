/**
 * Lets `Bun.mmap` map files that may only be read, as those of a ConfigMap: it opens them for writing, too,
 * which nothing here does (src/cli/source.ts maps scripts, privately). The other ways to read a file at start
 * bring up threads, or modules that take longer to load than most scripts to run.
 *
 * What is changed is the argument of a system call, `openat(AT_FDCWD, path, O_RDWR | O_LARGEFILE | O_CLOEXEC, 0)`.
 * A runtime without such a place, or with several, stays as it is: scripts are read in the longer way then.
 */
import { Elf, EM_AARCH64, EM_X86_64 } from "./elf";

interface Place {
  /** The instructions around the call that tell it from other ones. */
  readonly code: string;
  /** Where in them the flags are, and what is put there. */
  readonly at: number;
  readonly readOnly: string;
}

const PLACES: Readonly<Record<number, Place>> = {
  [EM_X86_64]: {
    code: `
      bf9cffffff      // mov  edi, -100 (AT_FDCWD)
      ba02800800      // mov  edx, 0x88002
      6690            // nop
      b801010000      // mov  eax, 257 (openat)
      4c89fe          // mov  rsi, r15
      4531d2          // xor  r10d, r10d
      0f05            // syscall
      4989c6          // mov  r14, rax
      4885c0          // test rax, rax`,
    at: 6,
    readOnly: "00",
  },
  [EM_AARCH64]: {
    code: `
      08078052        // mov  w8, 56 (openat)
      600c8012        // mov  w0, -100
      e10317aa        // mov  x1, x23
      42008052        // mov  w2, 2
      4201a072        // movk w2, 0xa, lsl 16
      e3031faa        // mov  x3, xzr
      010000d4        // svc  0
      2001f8b6        // tbz  x0, 63, …
      38008052        // mov  w24, 1`,
    at: 12,
    readOnly: "02008052", // mov w2, 0
  },
};

/** Changes the runtime in place; false if there is nothing to change. */
export function mapReadOnly(runtime: Buffer): boolean {
  const place = PLACES[new Elf(runtime).machine];
  if (place === undefined) return false;
  const code = Buffer.from(place.code.replaceAll(/\/\/.*|\s/g, ""), "hex");
  const found = runtime.indexOf(code);
  if (found < 0 || runtime.indexOf(code, found + 1) >= 0) return false;
  runtime.write(place.readOnly, found + place.at, "hex");
  return true;
}
