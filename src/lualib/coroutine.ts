/** Coroutine manipulation (§6.2). */
import { control, inspect } from "../runtime/control";
import {
  Coroutine,
  closeCoroutine,
  closeUnclosed,
  mayYield,
  type ResumeMode,
  resume,
  running,
  yieldValues,
} from "../runtime/coroutine";
import { LuaError, NATIVE_ROW, runtimeError } from "../runtime/error";
import { CoroutineClosing, Interrupt } from "../runtime/interrupt";
import { library, nativeClosure } from "../runtime/native";
import type { LuaTable } from "../runtime/table";
import { settle } from "../runtime/unwind";
import type { LuaFunction, LuaValue, Results } from "../runtime/value";
import { Status } from "../runtime/value";
import { checkFunction, missingError, typeError } from "./args";

function checkCoroutine(v: LuaValue, n: number): Coroutine {
  if (v instanceof Coroutine) return v;
  throw typeError(n, "thread", v);
}

const asStatus: ResumeMode = {
  outcome: "prefixed",
  raised(co, error) {
    if (error instanceof CoroutineClosing) {
      co.error = error.error;
      return closed(error);
    }
    if (error instanceof Interrupt) throw error;
    co.error = settle(error, undefined);
    return [false, co.error.value];
  },
};

/** `wrap` raises errors on, with its own position in front of a text. */
const propagate: ResumeMode = {
  outcome: "plain",
  raised(co, raised) {
    let error = raised;
    if (error instanceof CoroutineClosing) {
      if (error.error === undefined) return [];
      error = error.error;
    }
    if (error instanceof Interrupt) throw error;
    if (co.unclosed !== undefined) return closeUnclosed(co, error, propagate);
    const e = settle(error, undefined);
    co.error = e;
    const again = new LuaError(e.value, typeof e.value === "string" ? 1 : 0);
    again.traceback = [...e.traceback, NATIVE_ROW];
    throw again;
  },
};

const closing: ResumeMode = {
  outcome: "closed",
  raised(_co, error) {
    if (error instanceof CoroutineClosing) return closed(error);
    if (error instanceof Interrupt) throw error;
    return [false, settle(error, undefined).value];
  },
};

/** The coroutine has been closed, by `coroutine.close` from outside or inside. */
function closed(c: CoroutineClosing): Results {
  return c.error === undefined ? [true] : [false, c.error.value];
}

const STATUS_NAMES = ["suspended", "running", "normal", "dead"];

function status(co: Coroutine): string {
  return co === running ? "running" : (STATUS_NAMES[co.status] as string);
}

function checkBody(body: LuaValue, count: number): LuaFunction {
  if (count === 0) throw missingError(1, "function");
  return checkFunction(body, 1);
}

export function coroutineLibrary(): LuaTable {
  return library("coroutine", {
    create(body: LuaValue): Results {
      return new Coroutine(checkBody(body, arguments.length));
    },
    // One value is by far the most common case, and needs no array. In these functions the object
    // `arguments` is only ever indexed: if it were passed on or spread, it would have to be made at
    // each call, which costs as much as the whole switch.
    resume(co: LuaValue, a: LuaValue, b: LuaValue): Results {
      const n = arguments.length;
      if (n === 2) return resume(checkCoroutine(co, 1), a, asStatus);
      if (n === 3) return resume(checkCoroutine(co, 1), [a, b], asStatus);
      const args: LuaValue[] = [];
      for (let i = 1; i < n; i++) args.push(arguments[i]);
      return resume(checkCoroutine(co, 1), args, asStatus);
    },
    yield(a: LuaValue, b: LuaValue): Results {
      const n = arguments.length;
      if (n === 1) return yieldValues(a);
      if (n === 2) return yieldValues([a, b]);
      const values: LuaValue[] = [];
      for (let i = 0; i < n; i++) values.push(arguments[i]);
      return yieldValues(values);
    },
    wrap(body: LuaValue): Results {
      const co = new Coroutine(checkBody(body, arguments.length));
      return nativeClosure("wrap", [co], function (value: LuaValue, second: LuaValue) {
        const n = arguments.length;
        if (n === 1) return resume(co, value, propagate);
        // as a `for` loop calls it
        if (n === 2) return resume(co, [value, second], propagate);
        const values: LuaValue[] = [];
        for (let i = 0; i < n; i++) values.push(arguments[i]);
        return resume(co, values, propagate);
      });
    },
    status(...args: LuaValue[]): Results {
      if (args.length === 0) throw missingError(1, "thread");
      return status(checkCoroutine(args[0], 1));
    },
    running(): Results {
      return [running, running.isMain];
    },
    isyieldable(co: LuaValue): Results {
      const which = arguments.length === 0 ? running : checkCoroutine(co, 1);
      if (which.isMain || (which.isClosing && which.status !== Status.Dead)) return false;
      if (!control.isStrict) return true;
      return which === running ? inspect(mayYield) : mayYield(which);
    },
    close(v: LuaValue): Results {
      const co = arguments.length === 0 ? running : checkCoroutine(v, 1);
      const s = status(co);
      if (s === "running" && !co.isMain) {
        co.isClosing = true;
        throw new CoroutineClosing();
      }
      if (s === "normal") throw runtimeError("cannot close a normal coroutine");
      if (co.isMain) throw runtimeError("cannot close main thread");
      if (co.status === Status.Dead) {
        const { error } = co;
        co.error = undefined;
        if (co.unclosed !== undefined) return closeUnclosed(co, error, closing);
        return error === undefined ? true : [false, error.value];
      }
      return closeCoroutine(co, closing);
    },
  });
}
