/** The blocks of a function that are under way, and the loops that they are of. */
import type {
  Block,
  LabelStatement,
  LoopStatement,
  RepeatStatement,
  Statement,
} from "../parser/ast";
import type { Variables } from "./variables";

export interface OpenBlock {
  statements: Statement[];
  /** The statement that follows. */
  next: number;
  /** Registers in use outside of it. */
  top: number;
  /** The loop whose condition is evaluated at its end. */
  until: RepeatStatement | undefined;
}

/** A loop under way: what stands in it is a block of its own in each iteration. */
export interface OpenLoop {
  loop: LoopStatement;
  /** Registers in use outside of it, and where its own begin. */
  top: number;
  /** Iterations that were begun, and those of loops inside. */
  runs: number;
}

export class Blocks {
  /** Innermost last. */
  private readonly stack: (OpenBlock | OpenLoop)[] = [];

  constructor(private readonly variables: Variables) {}

  get innermost(): OpenBlock | OpenLoop | undefined {
    return this.stack[this.stack.length - 1];
  }

  /** The statement under way, of the function itself. */
  get statement(): Statement | undefined {
    for (let i = this.stack.length - 1; i >= 0; i--) {
      const open = this.stack[i] as OpenBlock | OpenLoop;
      const s = "loop" in open ? open.loop : open.statements[open.next];
      if (s !== undefined) return s;
    }
    return undefined;
  }

  /** `top`: registers in use outside of it. */
  open({ statements }: Block, until?: RepeatStatement, top = this.variables.top): void {
    this.stack.push({ statements, next: 0, top, until });
  }

  openLoop(open: OpenLoop): void {
    this.stack.push(open);
  }

  /** Leaves the innermost block or loop. */
  leave(): void {
    const open = this.stack.pop();
    if (open === undefined) return;
    this.variables.release(open.top);
    if (!("loop" in open)) return;
    for (let i = this.stack.length - 1; i >= 0; i--) {
      const outer = this.stack[i] as OpenBlock | OpenLoop;
      if (!("loop" in outer)) continue;
      outer.runs += open.runs;
      return;
    }
  }

  /** Leaves the innermost loop. */
  leaveLoop(): void {
    for (let open = this.innermost; open !== undefined && !("loop" in open); open = this.innermost)
      this.leave();
    this.leave();
  }

  /** `goto` leaves blocks until it comes to the label's, where it goes forward (§3.3.4). */
  jump(label: LabelStatement): void {
    for (;;) {
      const block = this.innermost as OpenBlock;
      const at = block.statements.indexOf(label);
      block.next = at;
      if (at >= 0) return;
      this.leave();
    }
  }
}
