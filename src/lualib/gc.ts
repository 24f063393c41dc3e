/** `collectgarbage` (§6.1) on top of the JavaScript collector, whose pace Lua can't set. */
import { waitFor } from "../runtime/control";
import { forgetTraversals } from "../runtime/iterators";
import { forgetReserved, reservedBytes } from "../runtime/limits";
import type { LuaFunction, LuaValue, Results } from "../runtime/value";
import { makeFloat } from "../runtime/value";
import { checkOption, optIndex } from "./args";
import { gcHooks } from "./collectables";
import { whenCompiled } from "./compile-threads";
import { findCycles, hasCollectables, runFinalizers } from "./finalizers";

const OPTIONS = [
  "collect",
  "stop",
  "restart",
  "count",
  "step",
  "isrunning",
  "generational",
  "incremental",
  "param",
] as const;

/**
 * Parameters with C Lua's defaults. Only `stepsize` and `stepmul` have an effect, on how many steps
 * make a cycle.
 */
const DEFAULT_PARAMETERS: Record<string, number> = {
  minormul: 20,
  majorminor: 50,
  minormajor: 70,
  pause: 250,
  stepmul: 200,
  stepsize: 9600,
};

export function garbageCollector(): LuaFunction {
  let isRunning = true;
  let mode: "incremental" | "generational" = "incremental";
  const parameters: Record<string, number> = { ...DEFAULT_PARAMETERS };
  /** While stopped: the size that was counted last, and all growth up to then. */
  let lastSize = 0;
  let allocated = 0;
  /** While stopped: the objects after the last collection, and bytes of new ones at the first count since. */
  let before: Objects = { old: 0, all: 0, bytes: 0 };
  let young: number | undefined;

  /** The collector can't be stopped; what it frees none the less still counts. */
  function heapBytesWhenStopped(): number {
    const size = heapBytes();
    if (size < lastSize) allocated += lastSize - size;
    lastSize = size;
    // some may lie in blocks that were there before
    young ??= youngBytes(before);
    return size + allocated + young;
  }

  /** A full collection, also while the collector is stopped. */
  function collectNow(step: boolean): Results {
    return collect(step, () => {
      if (!isRunning) startCounting();
    });
  }

  function startCounting(): void {
    allocated = 0;
    young = undefined;
    before = countObjects();
    lastSize = heapBytes();
  }

  /** Bytes left to visit in the current cycle of steps; negative between cycles. */
  let rest = -1;

  /**
   * The collector has no smaller unit of work than a collection. So steps only count the bytes that
   * C Lua would visit, and the one that has been through the whole heap collects.
   */
  function step(bytes: number): Results {
    const { stepsize = 0, stepmul = 0 } = parameters;
    if (mode === "generational") return collectNow(true);
    if (rest < 0) rest = heapBytes();
    rest -= Math.max(((bytes > 0 ? bytes : stepsize) * stepmul) / 100, 1);
    if (rest > 0 && stepmul > 0) return false;
    rest = -1;
    return collectNow(true);
  }

  return (option: LuaValue, a: LuaValue, b: LuaValue): Results => {
    const what = checkOption(option, 1, OPTIONS, "collect");
    // not to be called by a finaliser: fails (§6.1)
    if (gcHooks.isFinalizing) return undefined;
    switch (what) {
      case "collect":
        return collectNow(false);
      case "step":
        return step(optIndex(a, 2, 0));
      case "count":
        return makeFloat((isRunning ? heapBytes() : heapBytesWhenStopped()) / 1024);
      case "stop":
        if (isRunning) startCounting();
        isRunning = false;
        gcHooks.isStopped = true;
        return 0;
      case "restart":
        // what was not collected meanwhile becomes due
        if (!isRunning) Bun.gc(true);
        isRunning = true;
        gcHooks.isStopped = false;
        return 0;
      case "isrunning":
        return isRunning;
      case "generational":
      case "incremental": {
        const before = mode;
        mode = option as typeof mode;
        return before;
      }
      case "param": {
        const name = checkOption(a, 2, Object.keys(DEFAULT_PARAMETERS));
        const before = parameters[name] as number;
        const value = optIndex(b, 3, -1);
        if (value >= 0) parameters[name] = value;
        return before;
      }
    }
  };
}

/**
 * A full collection. Weak references are only cleared between turns of the event loop, so the task
 * waits for two of them, then runs finalisers.
 */
function collect(step: boolean, whenDone: () => void): Results {
  forgetTraversals();
  return waitFor((wake) => {
    const begin = hasCollectables() ? whenCompiled : setTimeout;
    begin(() => {
      Bun.gc(true);
      setTimeout(() => {
        forgetReserved();
        whenDone();
        try {
          findCycles();
          runFinalizers();
          wake(step ? true : 0, false);
        } catch (e) {
          wake(e, true);
        }
      }, 0);
    });
  });
}

/** Growth that counts. Less may be the engine's own, which compiles functions as they get hot. */
const LEAST_GROWTH = 65536;
let counted = 0;

/** What the heap takes up now, in whole blocks; the size that the collector itself goes by is that of the last one. */
function heapBytes(): number {
  const bytes = process.memoryUsage().heapTotal;
  if (bytes < counted || bytes >= counted + LEAST_GROWTH) counted = bytes;
  return counted + reservedBytes;
}

/** Objects that the engine's last collection has left, and all that there are now. */
interface Objects {
  old: number;
  all: number;
  bytes: number;
}

/** Takes about a millisecond for each 10,000 objects of the heap. */
function countObjects(): Objects {
  const { heapStats } = require("bun:jsc") as typeof import("bun:jsc");
  const { heapSize, objectCount, objectTypeCounts } = heapStats();
  let all = 0;
  for (const type in objectTypeCounts) all += objectTypeCounts[type] as number;
  return { old: objectCount, all, bytes: heapSize };
}

/** Bytes of objects made since then; they are taken to be of average size. */
function youngBytes(before: Objects): number {
  const now = countObjects();
  // the engine has collected in between, which it does for more than a little only
  if (now.old !== before.old) return LEAST_GROWTH;
  return (Math.max(now.all - before.all, 0) * now.bytes) / Math.max(now.all, 1);
}
