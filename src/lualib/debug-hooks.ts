/** `debug.sethook` and `debug.gethook` (§6.10). */
import { control, inspect } from "../runtime/control";
import { type Coroutine, running } from "../runtime/coroutine";
import { convert, convertBack, Hook, hookTick, interrupt, NativeCallFrame } from "../runtime/hooks";
import type { LuaState } from "../runtime/state";
import { LuaTable } from "../runtime/table";
import type { LuaValue, Results } from "../runtime/value";
import { checkFunction, checkString, optIndex } from "./args";
import { setMetatable } from "./collectables";
import { threadArgument } from "./debug-levels";

/** Where C Lua keeps the hook functions, by thread; programs may look there. */
const HOOK_KEY = "_HOOKKEY";

function hookTable(state: LuaState): LuaTable {
  let table = state.registry.µgetStr(HOOK_KEY);
  if (!(table instanceof LuaTable)) {
    table = new LuaTable();
    table.µsetName("__mode", "k");
    setMetatable(table, table);
    state.registry.µsetName(HOOK_KEY, table);
  }
  return table;
}

export function sethook(state: LuaState, args: LuaValue[]): Results {
  const { thread = running, at } = threadArgument(args);
  const hook = (thread.hook as Hook | undefined) ?? new Hook();
  const f = args[at];
  const mask = f === undefined ? "" : checkString(args[at + 1], at + 2);
  const fn = f === undefined ? undefined : checkFunction(f, at + 1);
  const count = f === undefined ? 0 : optIndex(args[at + 2], at + 3, 0);
  hook.onCall = mask.includes("c");
  hook.onReturn = mask.includes("r");
  hook.onLine = mask.includes("l");
  hook.count = Math.max(count, 0);
  hook.left = hook.count;
  const isOn = hook.onCall || hook.onReturn || hook.onLine || hook.count > 0;
  hook.fn = isOn ? fn : undefined;
  hookTable(state).µset(thread, fn);
  if (thread.hook === undefined && !isOn) return [];
  thread.hook = hook;
  state.hook = hookTick;
  if (thread !== running) {
    apply(thread, hook);
    return [];
  }
  return inspect((owner) => {
    apply(owner as Coroutine, hook);
    control.n = 0;
    if (hook.fn !== undefined && hook.onReturn && !hook.isBusy) {
      // the first event is the return from this function
      const returning = new NativeCallFrame(hook.fn, []);
      returning.finish([]);
      returning.up = owner.top;
      owner.top = returning;
      interrupt(owner, hook, ["return"], undefined);
    }
    return [];
  });
}

/** Moves the frames of a suspended stack to the form that fits. */
function apply(co: Coroutine, hook: Hook): void {
  if (hook.fn === undefined) convertBack(co.top);
  else convert(co.top);
}

export function gethook(...args: LuaValue[]): Results {
  const { thread = running } = threadArgument(args);
  const hook = thread.hook as Hook | undefined;
  if (hook?.fn === undefined) return undefined;
  const mask = (hook.onCall ? "c" : "") + (hook.onReturn ? "r" : "") + (hook.onLine ? "l" : "");
  return [hook.fn, mask, hook.count];
}
