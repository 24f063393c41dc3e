/**
 * Weak tables and finalisers (§2.5.3, §2.5.4), on top of the JavaScript collector.
 *
 * A collected table can't be handed to its `__gc`; a *stand-in* is: another table object that shares
 * the parts of the collected one (`LuaTable.pin` makes sure that they are never replaced).
 */
import { call } from "../runtime/call";
import { control, Reason } from "../runtime/control";
import { Coroutine, drive, running, setRunning } from "../runtime/coroutine";
import { runtimeError } from "../runtime/error";
import { Frame, SUSPENDED, suspend } from "../runtime/frame";
import { findUnreachable } from "../runtime/heapgraph";
import { ExitRequest, Interrupt } from "../runtime/interrupt";
import { mapKey } from "../runtime/map-key";
import type { ValueName } from "../runtime/proto";
import { activeTask, whenTurnIsDue } from "../runtime/scheduler";
import type { LuaState } from "../runtime/state";
import { LuaTable } from "../runtime/table";
import { TableIterator } from "../runtime/table-iterator";
import type { SpecialFrame } from "../runtime/traceback";
import { settle } from "../runtime/unwind";
import type { LuaFunction, LuaValue, Results } from "../runtime/value";
import { Status } from "../runtime/value";
import { WeakTableMap } from "../runtime/weakmap";
import { gcHooks } from "./collectables";

/** Milliseconds between full collections in a long-running task with finalisers or weak tables. */
const MIN_DELAY_MS = 50;
const MAX_DELAY_MS = 2000;
/** The same as a multiple of what a collection takes. */
const MIN_PAUSE = 10;
let shortest = MIN_DELAY_MS;
let delay = shortest;

/** How long a finaliser may compute that runs between turns, where nothing else could stop it. */
const LIMIT_MS = 1000;

interface Marked {
  readonly standIn: LuaTable;
  readonly table: WeakRef<LuaTable>;
  /** How many collections on demand it has survived. */
  survived: number;
  /** The state whose code marked it: its finaliser sees this state's strings, never another's. */
  readonly state: LuaState | undefined;
}

/** What is marked for finalisation by number, in the order of marking. */
const pending = new Map<number, Marked>();
/** The state of the finaliser that runs. */
let finalizing: LuaState | undefined;
let lastMark = 0;
/** Numbers of those whose table has been collected. */
let ready: number[] = [];
// the engine holds on to what a registry hands out: it gets no more than the number
let isClosing = false;
/** Weak references, too, are only cleared between turns of the event loop. */
let hasWeakTables = false;
let registry: FinalizationRegistry<number> | undefined;
let standIns: WeakMap<LuaTable, LuaTable> | undefined;

/** What a metatable makes of a table, or another one has made of it: a weak one, one with a finaliser. */
export function changeKind(t: LuaTable, mt: LuaTable | null): void {
  const standIn = standIns?.get(t);
  if (standIn !== undefined) standIn.µmetatable = mt;
  setMode(t, mt?.µgetStr("__mode"));
  if (mt === null) return;
  if (standIn === undefined && !isClosing && mt.µgetStr("__gc") !== undefined) mark(t);
}

function setMode(t: LuaTable, mode: LuaValue): void {
  const keys = typeof mode === "string" && mode.includes("k");
  const values = typeof mode === "string" && mode.includes("v");
  if (t.µmap instanceof WeakTableMap) {
    // the parts of one with a stand-in are never replaced
    if ((t.µmap.weakKeys === keys && t.µmap.weakValues === values) || standIns?.has(t)) return;
    strengthen(t);
  }
  if (!keys && !values) return;
  const map = new WeakTableMap(keys, values);
  for (const it = new TableIterator(t); it.step(); ) map.setOther(mapKey(it.key), it.value);
  t.µweaken(map);
  hasWeakTables = true;
  registry ??= createRegistry();
}

/** Takes all content out of the weak map again. */
function strengthen(t: LuaTable): void {
  const pairs: [LuaValue, LuaValue][] = [];
  for (const it = new TableIterator(t); it.step(); ) pairs.push([it.key, it.value]);
  t.µstrengthen();
  for (const [key, value] of pairs) t.µset(key, value);
}

function mark(t: LuaTable): void {
  t.µpin();
  const standIn = new LuaTable(t.µarray);
  standIn.µmap = t.µmap;
  standIn.µmetatable = t.µmetatable;
  const n = ++lastMark;
  delay = shortest;
  const state = activeTask()?.state ?? finalizing;
  pending.set(n, { standIn, table: new WeakRef(t), survived: 0, state });
  standIns ??= new WeakMap();
  standIns.set(t, standIn);
  registry ??= createRegistry();
  registry.register(t, n);
}

/**
 * Collections happen while Lua code runs, but what they found only comes out between turns of the
 * event loop; so as long as there are finalisers, each collection makes a long-running task wait for
 * one turn.
 */
function createRegistry(): FinalizationRegistry<number> {
  const { heapSize } = require("bun:jsc") as typeof import("bun:jsc");
  let size = heapSize();
  let last = performance.now();
  let cost = 0;
  whenTurnIsDue(() => {
    if (pending.size === 0 && !hasWeakTables) return false;
    const now = performance.now();
    if (now - last >= delay && !gcHooks.isStopped) {
      last = now;
      setImmediate(collectAll);
      return true;
    }
    if (pending.size === 0) return false;
    // the figure is the one after the last collection
    const before = size;
    size = heapSize();
    return size !== before;
  });
  /**
   * The engine may go on for ever with collections that only look at young objects. Done between
   * turns, when no function that runs holds on to anything.
   */
  function collectAll(): void {
    const start = performance.now();
    Bun.gc(true);
    last = performance.now();
    cost = last - start;
    shortest = Math.max(MIN_DELAY_MS, cost * MIN_PAUSE);
    delay = Math.max(Math.min(delay * 2, MAX_DELAY_MS), shortest);
  }

  /** As a collection of all objects: whoever sees a finaliser run expects weak tables to be clear. */
  function finishCollection(): void {
    if (hasWeakTables && performance.now() - last >= cost * MIN_PAUSE) collectAll();
    runFinalizers();
  }

  return new FinalizationRegistry((n) => {
    if (!pending.has(n)) return;
    if (ready.length === 0 && !gcHooks.isStopped) setImmediate(finishCollection);
    ready.push(n);
  });
}

/** Is there anything that shows what a collection has found? */
export function hasCollectables(): boolean {
  return hasWeakTables || pending.size > 0;
}

/** Are there tables with finalisers or weak tables whose state a collection may change? */
export function hasFinalizers(): boolean {
  return pending.size > 0;
}

/** Share of the program's CPU time that looking for cycles may take up, and milliseconds at least. */
const CYCLE_SHARE = 0.2;
const CYCLE_MS = 500;
let cycleTime = 0;

function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * A table that its own content refers to is never collected, because the content is kept for its
 * finaliser. So after a collection on demand the whole heap is searched for such tables: when one
 * has survived the first time, then after twice as many collections each time.
 */
export function findCycles(): void {
  const waiting = new Set(ready);
  const candidates = new Map<object, number>();
  let isDue = false;
  for (const [n, marked] of pending) {
    if (waiting.has(n)) continue;
    candidates.set(marked.standIn, n);
    marked.survived++;
    if ((marked.survived & (marked.survived - 1)) === 0) isDue = true;
  }
  const start = cpuTime();
  if (!isDue || cycleTime > CYCLE_MS + CYCLE_SHARE * start) return;
  for (const standIn of findUnreachable([...candidates.keys()], "µarray"))
    ready.push(candidates.get(standIn) as number);
  cycleTime += cpuTime() - start;
}

/**
 * Runs the finalisers of collected tables, those marked last first (§2.5.3); errors in them only
 * give a warning.
 */
export function runFinalizers(): void {
  const numbers = ready.sort((a, b) => b - a);
  ready = [];
  const end = performance.now() + LIMIT_MS;
  for (const [i, n] of numbers.entries()) {
    // timers and other tasks must get their turns, however many finalisers there are
    if (activeTask() === undefined && performance.now() > end) {
      ready.push(...numbers.slice(i));
      setImmediate(runFinalizers);
      return;
    }
    const marked = pending.get(n);
    if (marked === undefined) continue;
    pending.delete(n);
    finalize(marked);
  }
}

/** Runs the finalisers of a state that is being closed, as far as there is time. */
export function finalizeState(state: LuaState): void {
  const own = [...pending].filter(([, m]) => m.state === state).reverse();
  for (const [n] of own) pending.delete(n);
  const end = performance.now() + LIMIT_MS;
  for (const [, marked] of own) if (performance.now() < end) finalize(marked);
}

/** Runs all finalisers, in the reverse order of marking: the state is being closed (§2.5.3). */
export function finalizeAll(): void {
  runFinalizers();
  const all = [...pending.values()].reverse();
  pending.clear();
  // what finalisers mark from now on stays unfinalised, as in C Lua
  isClosing = true;
  for (const marked of all) finalize(marked);
  isClosing = false;
}

/** The time of a finaliser is over. */
class TooLong extends Interrupt {}

/** Bounds the time of a finaliser that no task has called; gives what lifts the bound. */
function bound(): () => void {
  if (activeTask() !== undefined) return () => {};
  const { onTick } = control;
  const end = performance.now() + LIMIT_MS;
  control.onTick = () => {
    if (performance.now() > end) throw new TooLong("it took too long");
    return onTick();
  };
  return () => {
    control.onTick = onTick;
  };
}

function finalize({ standIn, table, state }: Marked): void {
  // what still refers to the table, like its own content, should find it equal
  const alive = table.deref();
  if (alive !== undefined) standIns?.delete(alive);
  const s = alive ?? standIn;
  const gc = s.µmetatable?.µgetStr("__gc");
  if (typeof gc !== "function") return;
  gcHooks.isFinalizing = true;
  const outer = finalizing;
  finalizing = state;
  state?.activate();
  const release = isClosing ? () => {} : bound();
  // a stack of its own, so that the debug library can look at it
  const co = new Coroutine(undefined, true);
  co.top = new FinalizerFrame(gc, s);
  co.status = Status.Running;
  const before = running;
  setRunning(co);
  try {
    if (drive(co, undefined, false) === SUSPENDED) {
      // nobody will resume it
      control.reason = Reason.None;
      control.waiter = undefined;
      throw runtimeError("attempt to wait in a finaliser");
    }
  } catch (e) {
    fail(e, state);
  } finally {
    release();
    finalizing = outer;
    (activeTask()?.state ?? outer)?.activate();
    setRunning(before);
    gcHooks.isFinalizing = false;
  }
}

/** Errors only give a warning; os.exit ends what the state belongs to, and nothing else. */
function fail(e: unknown, state: LuaState | undefined): void {
  const warn = (why: string) => (state?.warn ?? gcHooks.warn)(`error in __gc (${why})`);
  if (!(e instanceof Interrupt)) {
    const { value } = settle(e, undefined);
    warn(typeof value === "string" ? value : "error object is not a string");
  } else if (isClosing || (activeTask() !== undefined && activeTask()?.state === state)) throw e;
  else if (e instanceof ExitRequest && state?.onExit !== undefined) state.onExit(e);
  else warn(e instanceof ExitRequest ? "os.exit is not possible here" : e.reason);
}

/** Stands for the collector, which calls a finaliser. */
class FinalizerFrame extends Frame implements SpecialFrame {
  readonly calledName: ValueName = { kind: "metamethod", name: "__gc" };
  private isCalled = false;

  constructor(
    private readonly gc: LuaFunction,
    private readonly object: LuaTable,
  ) {
    super();
  }

  override get isHidden(): boolean {
    return true;
  }

  override get callee(): LuaValue {
    return this.gc;
  }

  override resume(): Results {
    if (this.isCalled) return undefined;
    this.isCalled = true;
    return call(this.gc, this.object) === SUSPENDED ? suspend(this) : undefined;
  }
}
