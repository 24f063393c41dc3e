/**
 * What has been done of a statement.
 *
 * A statement may be suspended at any of its steps (reading a variable, an operation, a call). What each step gave
 * is kept until the statement ends; to go on, it is evaluated once more from its beginning, with what is kept in place of
 * the steps that were done.
 */
import type { TableItem } from "../parser/ast";
import { control } from "../runtime/control";
import { SUSPENDED } from "../runtime/frame";
import { newList, type Results } from "../runtime/value";
import type { OperationNode, Part } from "./code";

export class Steps {
  /** What the steps gave, in their order. */
  private readonly steps: unknown[] = newList();
  private next = 0;
  /** The operation under way: what it belongs to, which of that's operations, and the item of a table. */
  protected node: OperationNode | undefined;
  protected part: Part = "first";
  protected item: TableItem | undefined;

  /** No step has been taken. */
  get isFresh(): boolean {
    return this.steps.length === 0;
  }

  /** The statement has ended. */
  finish(): void {
    this.steps.length = 0;
    this.next = 0;
    this.node = undefined;
  }

  /** The suspended operation has come to its result: the statement is to be evaluated again. */
  resume(result: Results): void {
    this.steps.push(result);
    this.next = 0;
  }

  /** The next step was done before the statement was suspended: `again` gives what it gave. */
  protected get isDone(): boolean {
    return this.next < this.steps.length;
  }

  protected again(): unknown {
    return this.steps[this.next++];
  }

  protected keep<R>(result: R): R {
    this.steps.push(result);
    this.next++;
    return result;
  }

  /** An operation is about to begin. */
  begin(node: OperationNode, part: Part, item?: TableItem): void {
    this.node = node;
    this.part = part;
    this.item = item;
  }

  /** Keeps the result of an operation unless it is suspended. */
  protected end<R>(result: R): R {
    return result === (SUSPENDED as unknown) ? result : this.keep(result);
  }

  /** Preemption point: false when the task has to give way. */
  tick(): boolean {
    if (this.isDone) this.next++;
    else return this.end(--control.n < 0 ? control.tick() : undefined) !== SUSPENDED;
    return true;
  }

  /** True when an effect is to be had now, and not of a step that was done before. */
  isNew(): boolean {
    if (this.isDone) {
      this.next++;
      return false;
    }
    this.keep(undefined);
    return true;
  }
}
