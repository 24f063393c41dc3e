/**
 * Labels and gotos (§3.3.4).
 *
 * A `goto` waits in a list until the block that it stands in ends. Then it is either linked to a
 * label of that block or handed on to the enclosing one, where it counts as standing at the start
 * of the inner block. Waiting for the end of the block is what makes `last` work: a label that is
 * followed only by void statements counts as standing outside the scope of the block's variables.
 *
 * A `goto` may not enter the scope of a declaration: at the time it is linked, the label must not
 * see more declarations than the goto does.
 */
import type { Lexer } from "../lexer/lexer";
import type { GotoStatement, LabelStatement } from "./ast";
import { chunkLimitError, MAX_ENTRIES } from "./limits";
import type { BlockScope, Declaration, FunctionState } from "./scope";

interface PendingGoto {
  name: string;
  statement: GotoStatement;
  /** Number of declarations it sees. */
  level: number;
  /** Labels written before it. */
  labelsBefore: number;
}

interface ActiveLabel {
  statement: LabelStatement;
  level: number;
}

/** What a `goto` refers to as long as its label has not been found. */
const UNRESOLVED: LabelStatement = {
  type: "Label",
  line: 0,
  name: "",
  id: -1,
  forward: false,
  backward: false,
};

export class Labels {
  private readonly gotos: PendingGoto[] = [];
  private readonly labels: ActiveLabel[] = [];
  /** Index in `labels` by function and name. */
  private readonly index = new Map<FunctionState, Map<string, number>>();
  private labelCount = 0;
  private readonly lx: Lexer;

  constructor(lx: Lexer) {
    this.lx = lx;
  }

  /** Where the gotos and labels of a block that starts now begin. */
  get gotoCount(): number {
    return this.gotos.length;
  }

  get activeCount(): number {
    return this.labels.length;
  }

  addGoto(name: string, line: number, level: number): GotoStatement {
    if (this.gotos.length >= MAX_ENTRIES) chunkLimitError("labels/gotos");
    const statement: GotoStatement = { type: "Goto", line, label: UNRESOLVED };
    this.gotos.push({ name, statement, level, labelsBefore: this.labelCount });
    return statement;
  }

  /** The statement of a label; `activate` makes it a target. */
  newLabel(name: string, line: number): LabelStatement {
    const id = this.labelCount++;
    return { type: "Label", line, name, id, forward: false, backward: false };
  }

  /** Makes the label a target, seen from where `level` declarations are visible. */
  activate(fs: FunctionState, statement: LabelStatement, level: number): void {
    let names = this.index.get(fs);
    if (names === undefined) {
      names = new Map();
      this.index.set(fs, names);
    }
    const twin = names.get(statement.name);
    if (twin !== undefined) {
      const line = (this.labels[twin] as ActiveLabel).statement.line;
      this.lx.failBefore(`label '${statement.name}' already defined on line ${line}`);
    }
    if (this.labels.length >= MAX_ENTRIES) chunkLimitError("labels/gotos");
    names.set(statement.name, this.labels.length);
    this.labels.push({ statement, level });
  }

  /** Links the gotos of a block that ends, and forgets its labels. `stack` holds its declarations. */
  leaveBlock(fs: FunctionState, block: BlockScope, stack: readonly Declaration[]): void {
    const gotos = this.gotos;
    const names = this.index.get(fs);
    if (gotos.length > block.firstGoto) this.link(fs, block, names, stack);
    for (let i = this.labels.length - 1; i >= block.firstLabel; i--) {
      names?.delete((this.labels[i] as ActiveLabel).statement.name);
    }
    this.labels.length = block.firstLabel;
    if (block.outer !== undefined) return;
    this.index.delete(fs);
    if (gotos.length > block.firstGoto) {
      const { name, statement } = gotos[block.firstGoto] as PendingGoto;
      this.lx.failBefore(`no visible label '${name}' for <goto> at line ${statement.line}`);
    }
  }

  private link(
    fs: FunctionState,
    block: BlockScope,
    names: Map<string, number> | undefined,
    stack: readonly Declaration[],
  ): void {
    const gotos = this.gotos;
    let kept = block.firstGoto;
    for (let i = block.firstGoto; i < gotos.length; i++) {
      const pending = gotos[i] as PendingGoto;
      const index = names?.get(pending.name);
      if (index !== undefined && index >= block.firstLabel) {
        this.resolve(pending, this.labels[index] as ActiveLabel, stack);
        if (pending.statement.label.backward) fs.body.isStructured = false;
      } else {
        if (block.isLoop) fs.body.isStructured = false;
        pending.level = block.level;
        gotos[kept++] = pending;
      }
    }
    gotos.length = kept;
  }

  private resolve(pending: PendingGoto, label: ActiveLabel, stack: readonly Declaration[]): void {
    const { name, statement } = pending;
    if (pending.level < label.level) {
      const entered = (stack[pending.level] as Declaration).text;
      this.lx.failBefore(
        `<goto ${name}> at line ${statement.line} jumps into the scope of '${entered}'`,
      );
    }
    statement.label = label.statement;
    if (label.statement.id < pending.labelsBefore) label.statement.backward = true;
    else label.statement.forward = true;
  }
}
