/**
 * Makes a runtime end at SIGTERM and SIGINT from its start on when it is process 1 of a container.
 *
 * The kernel discards signals to process 1 as long as it has no handler for them (pid_namespaces(7)),
 * and Bun needs several milliseconds until our own code can set one: a container that is stopped in
 * that time would run until it is killed. So what the program begins with is a few instructions
 * that set a handler which exits with 143 or 130; there is nothing yet that had to be finished. The
 * handlers of src/cli take its place. The instructions stand where a function was that nothing can
 * call here, a part of the interface for native add-ons.
 */
import { Elf, EM_AARCH64, EM_X86_64 } from "./elf";

const UNUSED = "napi_get_all_property_names";

interface Machine {
  /** The handler, and behind it the beginning. */
  readonly code: string;
  /** How long the handler is. */
  readonly handler: number;
  /** The instruction that comes last: a jump over so many bytes, counted from where it stands. */
  jump(distance: number): Buffer;
}

/** Both do the same; the names of registers and the numbers of system calls differ. */
const MACHINES: Readonly<Record<number, Machine>> = {
  [EM_X86_64]: {
    code: `
      8dbf80000000    // handler: lea  edi, [rdi + 128]
      b8e7000000      //          mov  eax, 231 (exit_group)
      0f05            //          syscall
      52              // begin:   push rdx            which the C library wants
      b827000000      //          mov  eax, 39 (getpid)
      0f05            //          syscall
      ffc8            //          dec  eax
      7531            //          jnz  done
      6a00            //          push 0              struct sigaction: no signals blocked,
      6a00            //          push 0              no way back from the handler,
      6800000004      //          push 0x04000000     but the flag that there is one,
      488d0dd7ffffff  //          lea  rcx, [rip + handler]
      51              //          push rcx            the handler
      bf0f000000      //          mov  edi, 15 (SIGTERM)
      4889e6          // next:    mov  rsi, rsp
      31d2            //          xor  edx, edx
      41ba08000000    //          mov  r10d, 8
      b80d000000      //          mov  eax, 13 (rt_sigaction)
      0f05            //          syscall
      83ef0d          //          sub  edi, 13 (SIGINT)
      7fe9            //          jg   next
      4883c420        //          add  rsp, 32
      5a              // done:    pop  rdx`,
    handler: 13,
    jump(distance) {
      const jmp = Buffer.from("e900000000", "hex");
      jmp.writeInt32LE(distance - jmp.length, 1);
      return jmp;
    },
  },
  [EM_AARCH64]: {
    code: `
      00000211        // handler: add  w0, w0, 128
      c80b80d2        //          mov  x8, 94 (exit_group)
      010000d4        //          svc  0
      eb0300aa        // begin:   mov  x11, x0        which the C library wants
      881580d2        //          mov  x8, 172 (getpid)
      010000d4        //          svc  0
      1f040071        //          cmp  w0, 1
      c1010054        //          b.ne done
      ff8300d1        //          sub  sp, sp, 32     struct sigaction
      e9feff10        //          adr  x9, handler
      e97f00a9        //          stp  x9, xzr, [sp]
      ff7f01a9        //          stp  xzr, xzr, [sp, 16]
      e0018052        //          mov  w0, 15 (SIGTERM)
      e1030091        //          mov  x1, sp
      020080d2        //          mov  x2, 0
      030180d2        //          mov  x3, 8
      c81080d2        //          mov  x8, 134 (rt_sigaction)
      010000d4        //          svc  0
      40008052        //          mov  w0, 2 (SIGINT)
      010000d4        //          svc  0
      ff830091        //          add  sp, sp, 32
      e0030baa        // done:    mov  x0, x11`,
    handler: 12,
    jump(distance) {
      if (Math.abs(distance) >= 2 ** 27) throw new Error("the way to the entry is too far");
      const b = Buffer.alloc(4);
      b.writeUInt32LE(0x1400_0000 + ((distance >> 2) & 0x3ff_ffff));
      return b;
    },
  },
};

/** Changes the runtime in place. */
export function handleEarlySignals(runtime: Buffer): void {
  const elf = new Elf(runtime);
  const machine = MACHINES[elf.machine];
  if (machine === undefined) throw new Error(`there is no code for machine ${elf.machine}`);
  const code = Buffer.from(machine.code.replace(/\/\/.*|\s/g, ""), "hex");
  const { address, size } = elf.exported(UNUSED);
  const jump = machine.jump(elf.entry - (address + code.length));
  if (size < code.length + jump.length) throw new Error(`${UNUSED} is too short`);
  const offset = elf.offsetOf(address);
  runtime.fill(0, offset, offset + size);
  code.copy(runtime, offset);
  jump.copy(runtime, offset + code.length);
  elf.entry = address + machine.handler;
}
