/**
 * Debug hooks (§4.7, debug.sethook).
 *
 * Fast code knows nothing of hooks. While a coroutine has one, its preemption counter stays at
 * zero, so that each function suspends as it is entered; its frame is then turned over to the
 * *hooked form* of the function (see compiler/hooked.ts), which has a marker in front of every
 * operation. A hook function runs on top of the suspended stack, so it may inspect all of it, and
 * wait.
 */
import { call, resolveCall } from "./call";
import { control, type FrameOwner, inspect, Reason } from "./control";
import { running } from "./coroutine";
import { Frame, outermostFrame, SUSPENDED, suspend } from "./frame";
import { LuaFrame } from "./luaframe";
import { nativeName } from "./native";
import type { ResumableForm, ValueName } from "./proto";
import type { SpecialFrame, Transfer } from "./traceback";
import {
  allResults,
  type LuaFunction,
  type LuaValue,
  type Results,
  type ThreadHook,
} from "./value";

/** The hook of one coroutine. Stays when the hook is switched off. */
export class Hook implements ThreadHook {
  /** undefined while there is no hook. */
  fn: LuaFunction | undefined;
  onCall = false;
  onReturn = false;
  onLine = false;
  /** Call it every so many operations; 0 = never. */
  count = 0;
  /** Operations until the next count event. */
  left = 0;
  /** True while the hook function runs: it is not hooked itself. */
  isBusy = false;

  get isActive(): boolean {
    return this.fn !== undefined && !this.isBusy;
  }

  convert(top: Frame): void {
    convert(top);
  }
}

/** The hook of the running coroutine, when events are to be reported. */
function activeHook(): Hook | undefined {
  const hook = running.hook as Hook | undefined;
  return hook?.isActive ? hook : undefined;
}

/** True while a check of the clock must not be taken for the entry of a function. */
let checking = false;
/** A frame that took the place of its caller by a tail call. */
let tailCalled: Frame | null = null;

/** Runs at each tick of a state that has seen a hook. Suspends functions that are being entered. */
export function hookTick(): LuaValue[] | undefined {
  if (checking || activeHook() === undefined) return undefined;
  control.n = 0;
  return inspect(enterFunction);
}

/** The operation at which a function suspends as it is entered. */
const ENTRY = 1;

function enterFunction(owner: FrameOwner): Results {
  const frame = owner.top as LuaFrame;
  const hook = activeHook();
  if (hook === undefined) return undefined;
  const isEntry = frame.hooked === null && frame.k === ENTRY;
  const isTail = frame === tailCalled;
  tailCalled = null;
  convert(frame);
  if (!isEntry || frame.hooked === null) return undefined;
  frame.hooked.line = -1;
  frame.hooked.isTail = isTail;
  if (hook.onCall) {
    const transfer = { first: 1, count: frame.proto.facts.parameterNames.length };
    interrupt(owner, hook, [isTail ? "tail call" : "call"], undefined, transfer);
  }
  return undefined;
}

/** Turns a frame and those outside of it over to the hooked form. */
export function convert(top: Frame | null): void {
  for (let f = top; f !== null; f = f.up) {
    if (!(f instanceof LuaFrame) || !f.mayConvert) continue;
    // what lies further out has been converted with this one
    if (f.hooked !== null) return;
    const { proto } = f;
    const { twin, numbers } = proto.hookedForm();
    f.hooked = { line: proto.facts.lines[f.k] ?? -1, jumped: false, isTail: false };
    f.proto = twin;
    f.s[0] = twin;
    f.k = numbers[f.k] as number;
  }
}

/** Turns frames back to the normal form, except those that wait at a marker. */
export function convertBack(top: Frame | null): void {
  for (let f = top; f !== null; f = f.up) {
    if (!(f instanceof LuaFrame) || f.hooked === null) continue;
    const normal = f.proto.twinOf;
    if (normal === undefined) continue;
    const k = normal.hookedForm().numbers.indexOf(f.k);
    if (k < 0) continue;
    f.hooked = null;
    f.proto = normal;
    f.s[0] = normal;
    f.k = k;
  }
}

/** Puts a call of the hook function on top of a suspended stack. */
export function interrupt(
  owner: FrameOwner,
  hook: Hook,
  events: string[],
  line: number | undefined,
  transfer?: Transfer,
): void {
  const frame = new HookFrame(hook, events, line, transfer);
  frame.up = owner.top;
  owner.top = frame;
}

/** Calls the hook function for one or two events. */
class HookFrame extends Frame implements SpecialFrame {
  readonly calledName: ValueName = { kind: "hook", name: "?" };
  private next = 0;

  constructor(
    private readonly hook: Hook,
    private readonly events: string[],
    private readonly line: number | undefined,
    readonly transfer: Transfer | undefined,
  ) {
    super();
  }

  override get isHidden(): boolean {
    return true;
  }

  override resume(): Results {
    const { hook } = this;
    hook.isBusy = true;
    while (this.next < this.events.length && hook.fn !== undefined) {
      const event = this.events[this.next++];
      let r: Results;
      try {
        // code without debug information is on line 0
        r = call(hook.fn, event, (event === "line" && this.line) || undefined);
      } catch (e) {
        return this.fail(e);
      }
      if (r === SUSPENDED) return suspend(this);
    }
    this.leave();
    return undefined;
  }

  override fail(error: unknown): Results {
    this.leave();
    throw error;
  }

  private leave(): void {
    this.hook.isBusy = false;
    control.n = 0;
  }
}

/** Suspends the running frame for events of the hook. */
function suspendFor(hook: Hook, events: string[], line?: number, transfer?: Transfer): void {
  control.reason = Reason.Inspect;
  control.inspector = (owner) => {
    interrupt(owner, hook, events, line, transfer);
    return undefined;
  };
}

/** A native function called from hooked code, which tells of its call and its return. */
export class NativeCallFrame extends Frame implements SpecialFrame {
  private stage: "calling" | "running" | "returning" = "calling";
  /** The arguments, then the results. */
  temporaries: LuaValue[];

  constructor(
    private readonly fn: LuaFunction,
    args: LuaValue[],
  ) {
    super();
    this.temporaries = args;
  }

  /** While the function itself is suspended, its own frames stand for it. */
  override get isHidden(): boolean {
    return this.stage === "running";
  }

  override get allowsYield(): boolean {
    return true;
  }

  start(hook: Hook): Results {
    if (!hook.onCall) return this.run();
    suspendFor(hook, ["call"], undefined, { first: 1, count: this.temporaries.length });
    return suspend(this);
  }

  private run(): Results {
    this.stage = "running";
    const r = this.fn(...this.temporaries);
    return r === SUSPENDED ? suspend(this) : this.returned(r);
  }

  /** The function has its results: tells so before it hands them on. */
  returned(r: Results): Results {
    const hook = activeHook();
    if (hook?.onReturn !== true) return r;
    this.finish(allResults(r));
    suspendFor(hook, ["return"], undefined, { first: 1, count: this.temporaries.length });
    return suspend(this);
  }

  finish(results: LuaValue[]): void {
    this.stage = "returning";
    this.temporaries = results;
  }

  override resume(value: Results): Results {
    if (this.stage === "calling") return this.run();
    return this.stage === "running" ? this.returned(value) : this.temporaries;
  }
}

/** A Lua function with its results at hand, while the hook is told that it returns. */
class ReturningFrame extends LuaFrame implements SpecialFrame {
  constructor(
    frame: LuaFrame,
    readonly temporaries: LuaValue[],
  ) {
    super(frame.proto, frame.k, frame.s);
    this.hooked = frame.hooked;
  }

  override resume(): Results {
    return this.temporaries;
  }

  override fail(error: unknown): Results {
    throw error;
  }
}

/** Number of locals in scope where a frame stands. */
function countLocals(frame: LuaFrame): number {
  const { k } = frame;
  return frame.proto.debug.locals.filter((l) => l.from < k && k <= l.to).length;
}

/** The resumable form of hooked code, with tail calls and returns noticed. */
export function watchReturns(form: ResumableForm): ResumableForm {
  return (frame, value, failing) => {
    const r = form(frame, value, failing);
    if (r === SUSPENDED) {
      const outermost = outermostFrame();
      if (outermost !== frame) tailCalled = outermost;
      return r;
    }
    const hook = activeHook();
    if (hook?.onReturn !== true) return r;
    const results = allResults(r);
    const transfer = { first: countLocals(frame) + 1, count: results.length };
    suspendFor(hook, ["return"], undefined, transfer);
    return suspend(new ReturningFrame(frame, results));
  };
}

/** Loop iterations of hooked code between two checks of the clock. */
const CHECK_INTERVAL = 1000;
let untilCheck = CHECK_INTERVAL;

/** What hooked code calls. */
export const hookApi = {
  /** A marker; true when the frame has to suspend for an event. */
  at(frame: LuaFrame, line: number, isReturn: boolean): boolean {
    const { hooked } = frame;
    const hook = activeHook();
    if (hook === undefined || hooked === null) return false;
    const events: string[] = [];
    if (hook.count > 0 && --hook.left === 0) {
      hook.left = hook.count;
      events.push("count");
    }
    if (hook.onLine && line !== hooked.line) events.push("line");
    hooked.line = line;
    if (events.length > 0) suspendFor(hook, events, line);
    // a function that returns is saved with all its variables, for the return hook
    else if (isReturn && hook.onReturn) control.inspector = () => undefined;
    else return false;
    control.reason = Reason.Inspect;
    return true;
  },

  /** A loop begins its body: as after a jump back if it has run before. */
  loop(frame: LuaFrame): void {
    const { hooked } = frame;
    if (hooked === null || !hooked.jumped) return;
    hooked.jumped = false;
    hooked.line = -1;
  },

  /** Preemption point of a loop; true when the task has to give way. */
  tick(): boolean {
    if (--untilCheck > 0) return false;
    untilCheck = CHECK_INTERVAL;
    checking = true;
    try {
      return control.tick() === SUSPENDED;
    } finally {
      checking = false;
      control.n = 0;
    }
  },

  /** Any call from hooked code. */
  call(f: LuaValue, ...args: LuaValue[]): Results {
    const hook = activeHook();
    if (hook === undefined || !(hook.onCall || hook.onReturn)) return call(f, ...args);
    const fn = resolveCall(f, args);
    if (nativeName(fn) === undefined) return fn(...args);
    return new NativeCallFrame(fn, args).start(hook);
  },
};
