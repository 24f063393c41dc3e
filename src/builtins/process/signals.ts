/** Names and numbers of signals. */
import { constants } from "node:os";
import { bytesToUtf8, type Context, isNumber, type LuaValue, numberToDouble } from "../../host";
import type { SignalName } from "./group";

const NUMBERS = constants.signals as Readonly<Record<string, number>>;
const MAX_SIGNAL = 64;

/** A signal given as a number or a name (`"SIGTERM"`, `"term"`), as its number. */
export function signalNumber(ctx: Context, signal: LuaValue): number {
  if (typeof signal === "string") {
    const name = signal.toUpperCase();
    const number = NUMBERS[name.startsWith("SIG") ? name : `SIG${name}`];
    return number ?? ctx.fail(`unknown signal: ${bytesToUtf8(signal)}`);
  }
  const number = isNumber(signal) ? numberToDouble(signal) : Number.NaN;
  if (Number.isInteger(number) && number >= 0 && number <= MAX_SIGNAL) return number;
  return ctx.fail("signal must be a number or a name");
}

/** The name of a signal; undefined for a number without one (real-time signals). */
export function signalName(number: number): SignalName | undefined {
  const found = Object.entries(NUMBERS).find(([, n]) => n === number);
  return found?.[0] as SignalName | undefined;
}

/** The exit code, or 128 and the number of the signal that ended the process, as shells do. */
export function exitStatus(code: number | null, signal: string | number | null): number {
  if (signal === null) return code ?? 0;
  return 128 + (typeof signal === "number" ? signal : (NUMBERS[signal] ?? 0));
}

/** All signals by name. */
export function signalTable(): Readonly<Record<string, number>> {
  return NUMBERS;
}
