/** Frames of Lua functions, and the to-be-closed variables that live in them (§3.3.8). */
import { call } from "./call";
import { control, inspect, Reason, raise } from "./control";
import { running } from "./coroutine";
import { argumentTypeName, handledErrors, LuaError, operationError, runtimeError } from "./error";
import { Frame, type MessageHandler, outermostFrame, SUSPENDED, suspend } from "./frame";
import { CoroutineClosing, Interrupt } from "./interrupt";
import { getMetamethod } from "./metatable";
import type { Proto } from "./proto";
import { settle, unwind } from "./unwind";
import type { LuaValue, Results } from "./value";

/** What a frame of hooked code (runtime/hooks.ts) remembers. */
export interface FrameHook {
  /** Line of the last event; -1 makes any line new. */
  line: number;
  /** A loop is about to jump back. */
  jumped: boolean;
  isTail: boolean;
}

/** Frames that a function keeps for its next calls. */
const MAX_SPARE = 64;

export class LuaFrame extends Frame {
  /** To-be-closed values by level; null while there are none. */
  tbc: LuaValue[] | null = null;
  /** Not null while the frame runs in the hooked form. */
  hooked: FrameHook | null = null;

  constructor(
    public proto: Proto,
    /** The operation that the function waits for. */
    public k: number,
    /** The prototype, registers, temporaries and upvalues: see frameLayout in compiler/print.ts. */
    public s: unknown[],
  ) {
    super();
  }

  override get allowsYield(): boolean {
    return true;
  }

  override get callee(): LuaValue {
    return this.proto.debug.callee(this.k, this.s)?.value;
  }

  /** False while the frame can't be turned over to another form of the function (runtime/hooks.ts). */
  get mayConvert(): boolean {
    return true;
  }

  /** Goes on in the resumable form. */
  protected goOn(value: Results): Results {
    const { proto } = this;
    proto.resumable ??= proto.compileResumable();
    return proto.resumable(this, value, false);
  }

  override resume(value: Results): Results {
    const r = this.goOn(value);
    if (r !== SUSPENDED && this.tbc === null && this.hooked === null) this.recycle();
    return r;
  }

  /** The function has ended: the frame may serve another call of it. */
  private recycle(): void {
    const { s, proto } = this;
    const { spare } = proto;
    const count = spare === null ? 1 : spare.k + 1;
    if (count > MAX_SPARE) return;
    // it must not keep alive what was in it
    for (let i = 1; i < s.length; i++) s[i] = undefined;
    this.k = count;
    this.up = spare;
    proto.spare = this;
  }

  override fail(error: unknown): Results {
    const e = unwind(this.proto, this.k, error);
    if (this.tbc === null) throw e;
    return this.closeOnError(e);
  }

  /** Leaves the fast form for good: goes on at once in the resumable form, which tells errors its place. */
  deopt(value: Results): Results {
    try {
      return this.resume(value);
    } catch (e) {
      return raise(e);
    }
  }

  /** A variable to be closed comes into scope. */
  mark(level: number, value: LuaValue, name: string): void {
    if (value === undefined || value === false) return;
    if (getMetamethod(value, "__close") === undefined)
      throw operationError(`variable '${name}' got a non-closable value`);
    this.tbc ??= [];
    this.tbc[level] = value;
  }

  /** Closes all variables from `level` up, in reverse order. Returns `SUSPENDED` or undefined. */
  close(level: number): LuaValue {
    const { tbc } = this;
    if (tbc === null) return undefined;
    while (tbc.length > level) {
      const v = tbc.pop();
      if (v === undefined) continue;
      const r = call(closeMethod(v), v);
      if (r === SUSPENDED) return suspend(new CloseFrame(this, level)) as unknown as LuaValue;
    }
    if (tbc.length === 0) this.tbc = null;
    return undefined;
  }

  /** Closes all variables because of an error, then throws it on (or the last one raised). */
  closeOnError(error: unknown): Results {
    if (error instanceof LuaError && !running.isMain && running.protectedCalls === 0) {
      running.unclosed ??= [];
      running.unclosed.push(this);
      throw error;
    }
    if (running.handledCalls > 0 && error instanceof LuaError && !handledErrors.has(error)) {
      const first = new HandlerFirstFrame(this, error);
      inspect((owner) => first.findHandler(owner.top));
      return suspend(first);
    }
    const e = error;
    while (this.tbc !== null && this.tbc.length > 0) {
      const v = this.tbc.pop();
      if (v === undefined) continue;
      try {
        const value = errorValue(e);
        const r =
          value === NO_ERROR ? call(closeMethod(v), v) : call(closeMethod(v), v, value as LuaValue);
        if (r === SUSPENDED) return suspend(new CloseErrorFrame(this, e));
      } catch (next) {
        return this.closeOnError(replaceError(e, next));
      }
    }
    this.tbc = null;
    throw e;
  }
}

/**
 * What a loop that is a function of its own (compiler/outline.ts) returns when the function around it
 * has gone on in the resumable form, and ended with `results`.
 */
export class LoopExit {
  constructor(readonly results: Results) {}
}

/** What a loop that is a function of its own returns when it is to be called again to go on. */
export const SLICE: unique symbol = Symbol("slice");

/**
 * The fast form of a function leaves at operation `k`; the values of its frame follow. While an
 * error is raised nobody needs the frame: what it has to add to the error is added here, as long as
 * nothing further in waits for its turn.
 */
export function leave(k: number, proto: Proto): LuaValue[] {
  if (control.reason === Reason.Raise && outermostFrame() === null) return passRaised(proto, k);
  let frame = proto.spare;
  if (frame === null) frame = new LuaFrame(proto, k, [proto]);
  else proto.spare = frame.up as LuaFrame | null;
  frame.k = k;
  const { s } = frame;
  // a rest parameter would be an array made at each call
  for (let i = 2; i < arguments.length; i++) s[i - 1] = arguments[i];
  return suspend(frame);
}

/** The same for the resumable form, which has a frame. */
export function leaveFrame(frame: LuaFrame): LuaValue[] {
  if (control.reason !== Reason.Raise || frame.tbc !== null || outermostFrame() !== null)
    return suspend(frame);
  return passRaised(frame.proto, frame.k);
}

/** The error under way passes a function. Rows of a traceback are of no use to a plain `pcall`. */
function passRaised(proto: Proto, k: number): LuaValue[] {
  const { raised } = control;
  if (
    raised instanceof LuaError &&
    raised.pending === 0 &&
    raised.traceback.length > 0 &&
    running.protectedCalls > 0 &&
    running.handledCalls === 0
  )
    return SUSPENDED;
  control.raised = unwind(proto, k, raised);
  return SUSPENDED;
}

function closeMethod(v: LuaValue): LuaValue {
  const method = getMetamethod(v, "__close");
  if (typeof method === "function" || getMetamethod(method, "__call") !== undefined) return method;
  throw runtimeError(`attempt to call a ${argumentTypeName(method)} value (metamethod 'close')`);
}

const NO_ERROR = Symbol("no error");

function errorValue(e: unknown): unknown {
  if (e instanceof LuaError) return e.value;
  if (e instanceof CoroutineClosing) return e.error === undefined ? NO_ERROR : e.error.value;
  return NO_ERROR;
}

/** An error raised while closing takes the place of the one before, but not that of an interrupt. */
function replaceError(current: unknown, next: unknown): unknown {
  // a closing method may close its coroutine once more
  if (current instanceof CoroutineClosing) {
    if (next instanceof CoroutineClosing) return current;
    current.error = settle(next, undefined);
    return current;
  }
  if (!(current instanceof Interrupt)) return next;
  if (!(next instanceof Interrupt)) {
    current.closingErrors ??= [];
    current.closingErrors.push(settle(next, undefined));
  }
  return current;
}

/** Between two closing methods on the normal way out. */
class CloseFrame extends Frame {
  override get isHidden(): boolean {
    return true;
  }
  override get allowsYield(): boolean {
    return true;
  }
  constructor(
    private readonly frame: LuaFrame,
    private readonly level: number,
  ) {
    super();
  }

  override resume(): Results {
    return this.frame.close(this.level);
  }
}

/**
 * The message handler of a protected call comes first (§2.3): closing methods see what it has made of
 * the error.
 */
class HandlerFirstFrame extends Frame {
  private handler: MessageHandler | null = null;
  private isCalled = false;

  override get isHidden(): boolean {
    return true;
  }
  constructor(
    private readonly frame: LuaFrame,
    private readonly error: LuaError,
  ) {
    super();
  }

  /** The stack has become frames: finds the protected call. */
  findHandler(top: Frame | null): Results {
    for (let f = top; f !== null; f = f.up) {
      const handler = f.messageHandler;
      if (handler === undefined) continue;
      this.handler = handler;
      break;
    }
    return undefined;
  }

  override resume(value: Results): Results {
    const { frame, error, handler } = this;
    let r: Results = value;
    if (handler !== null) {
      if (!this.isCalled) {
        this.isCalled = true;
        r = handler(error, this.up);
        if (r === SUSPENDED) return suspend(this);
      }
      error.value = (r as LuaValue[])[1];
    }
    handledErrors.add(error);
    return frame.closeOnError(error);
  }
}

/** Between two closing methods while an error unwinds. */
class CloseErrorFrame extends Frame {
  override get isHidden(): boolean {
    return true;
  }
  override get allowsYield(): boolean {
    return !(this.error instanceof CoroutineClosing);
  }
  constructor(
    private readonly frame: LuaFrame,
    private readonly error: unknown,
  ) {
    super();
  }

  override resume(): Results {
    return this.frame.closeOnError(this.error);
  }

  override fail(next: unknown): Results {
    return this.frame.closeOnError(replaceError(this.error, next));
  }
}
