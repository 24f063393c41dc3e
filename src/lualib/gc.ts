/** `collectgarbage` (§6.1) on top of the JavaScript collector, whose pace Lua can't set. */
import { waitFor } from "../runtime/control";
import { forgetTraversals } from "../runtime/iterators";
import type { LuaFunction, LuaValue, Results } from "../runtime/value";
import { makeFloat } from "../runtime/value";
import { checkOption, optIndex } from "./args";
import { runFinalizers } from "./finalizers";

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

/** Parameters with C Lua's defaults; they are remembered and otherwise without effect. */
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
  return (option: LuaValue, a: LuaValue, b: LuaValue): Results => {
    switch (checkOption(option, 1, OPTIONS, "collect")) {
      case "collect":
        return collect();
      case "step":
        return collect(true);
      case "count":
        return makeFloat(heapBytes() / 1024);
      case "stop":
        isRunning = false;
        return 0;
      case "restart":
        isRunning = true;
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
function collect(step = false): Results {
  forgetTraversals();
  return waitFor((wake) => {
    setTimeout(() => {
      Bun.gc(true);
      setTimeout(() => {
        try {
          runFinalizers();
          wake(step ? true : 0, false);
        } catch (e) {
          wake(e, true);
        }
      }, 0);
    }, 0);
  });
}

function heapBytes(): number {
  return (require("bun:jsc") as typeof import("bun:jsc")).heapSize();
}
