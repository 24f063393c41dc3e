/**
 * `assert`: callable like Lua's own, and a table of checks whose messages say what was compared.
 * The checks return nothing.
 */
import {
  bytesToUtf8,
  type Context,
  defineBuiltin,
  errorText,
  errorValue,
  fn,
  HostError,
  type HostReturn,
  inspect,
  isFloat,
  isNumber,
  isUtf8,
  LuaError,
  type LuaFunction,
  LuaTable,
  type LuaValue,
  lessThan,
  list,
  matchesPattern,
  type Param,
  p,
  rawFn,
  typeName,
} from "../host";
import { deepEquals, differences, sameScalar } from "./assert/diff";

const message = p.any("message", "added to the failure message");

/** Raises `assert.<name> failed: <what> - <message>`. */
function fail(ctx: Context, what: string, extra: LuaValue, detail = ""): HostReturn {
  const text = `${ctx.name} failed: ${what}`;
  if (extra === undefined) throw new HostError(text + detail);
  const shown = ctx.display(extra);
  if (typeof shown === "string") throw new HostError(`${text} - ${shown}${detail}`);
  return shown.then((s) => {
    throw new HostError(`${text} - ${s}${detail}`);
  });
}

/** A value between double quotes, as all messages show one. */
function quoted(v: LuaValue): string {
  if (typeof v === "string") return `"${isUtf8(v) ? bytesToUtf8(v) : inspect(v).slice(1, -1)}"`;
  return `"${inspect(v)}"`;
}

/** `"1" != "2"`; with the types when both look the same. */
function unequal(a: LuaValue, b: LuaValue): string {
  const [x, y] = [quoted(a), quoted(b)];
  return x === y ? `${x} (${typeName(a)}) != ${y} (${typeName(b)})` : `${x} != ${y}`;
}

function order(
  doc: string,
  sign: string,
  passes: (a: LuaValue, b: LuaValue) => boolean,
): ReturnType<typeof fn> {
  return fn({
    doc,
    params: [p.any("a"), p.any("b"), message],
    run(ctx, a, b, m) {
      if (!isNumber(a) || !isNumber(b))
        throw new HostError(`${ctx.name}: both arguments must be numbers`);
      if (!passes(a, b)) return fail(ctx, `${inspect(a)} is not ${sign} ${inspect(b)}`, m);
    },
  });
}

/** Numbers only, so that no metamethod is involved. NaN is in no order with anything. */
function below(a: LuaValue, b: LuaValue): boolean {
  return lessThan(a, b) === true;
}

function condition(
  doc: string,
  what: (v: LuaValue) => string,
  passes: (v: LuaValue) => boolean,
): ReturnType<typeof fn> {
  return fn({
    doc,
    params: [p.any("v"), message],
    run(ctx, v, m) {
      if (!passes(v)) return fail(ctx, what(v), m);
    },
  });
}

function strictString(name: string, fault: string): Param<string> {
  return p.string(name, "", { strict: true }).orFail(fault);
}

export default defineBuiltin({
  name: "assert",
  doc: "Checks with readable failures; assert(v, message) works as in Lua",
  needs: [],
  call: rawFn({
    doc: "Raises `message` unless `v` is true; returns its arguments otherwise.",
    params: [p.any("v"), p.any("message"), p.rest(p.any("more"))],
    returns: "any",
    // the table takes the place of the standard function, and calls it
    raw: (host) => host.state.globals.µgetStr("assert") as LuaFunction,
  }),
  functions: {
    eq: fn({
      doc: "The values are equal; tables are compared by content.",
      params: [p.any("a"), p.any("b"), message],
      run(ctx, a, b, m) {
        if (sameScalar(a, b)) return undefined;
        if (!(a instanceof LuaTable && b instanceof LuaTable)) return fail(ctx, unequal(a, b), m);
        const lines = differences(a, b);
        if (lines.length > 0)
          return fail(ctx, "tables differ", m, lines.map((l) => `\n  ${l}`).join(""));
      },
    }),
    ne: fn({
      doc: "The values are not equal.",
      params: [p.any("a"), p.any("b"), message],
      run(ctx, a, b, m) {
        if (deepEquals(a, b)) return fail(ctx, `${quoted(a)} == ${quoted(b)}`, m);
      },
    }),
    gt: order("a > b, both numbers.", ">", (a, b) => below(b, a)),
    lt: order("a < b, both numbers.", "<", below),
    ge: order("a >= b, both numbers.", ">=", (a, b) => below(b, a) || sameScalar(a, b)),
    le: order("a <= b, both numbers.", "<=", (a, b) => below(a, b) || sameScalar(a, b)),
    near: fn({
      doc: "The numbers differ by at most `tolerance` (1e-9 by default).",
      params: [p.number("a"), p.number("b"), p.number("tolerance").default(1e-9), message],
      run(ctx, a, b, tolerance, m) {
        if (!(Math.abs(a - b) <= tolerance || a === b))
          return fail(ctx, `${a} is not within ${tolerance} of ${b}`, m);
      },
    }),
    contains: fn({
      doc: "The string contains the plain text `sub`, or the list a value equal to it.",
      params: [p.any("s"), p.any("sub"), message],
      run(ctx, s, sub, m) {
        if (s instanceof LuaTable) {
          for (let i = 1; i <= s.µlength(); i++)
            if (deepEquals(s.µgetInt(i), sub)) return undefined;
          return fail(ctx, `${inspect(s)} does not contain ${inspect(sub)}`, m);
        }
        if (typeof s !== "string") return ctx.fail("first argument must be a string");
        if (typeof sub !== "string") return ctx.fail("second argument must be a string");
        if (!s.includes(sub)) return fail(ctx, `${quoted(s)} does not contain ${quoted(sub)}`, m);
      },
    }),
    matches: fn({
      doc: "`string.find(s, pattern)` finds the Lua pattern.",
      params: [
        strictString("s", "assert.matches: first argument must be a string"),
        strictString("pattern", "assert.matches: second argument must be a pattern string"),
        message,
      ],
      run(ctx, s, pattern, m) {
        let found: boolean;
        try {
          found = matchesPattern(s, pattern);
        } catch (e) {
          if (!(e instanceof LuaError)) throw e;
          return ctx.fail(`pattern error: ${errorText(e)}`);
        }
        if (!found) return fail(ctx, `${quoted(s)} does not match pattern ${quoted(pattern)}`, m);
      },
    }),
    not_nil: condition(
      "The value is not nil.",
      () => "value is nil",
      (v) => v !== undefined,
    ),
    is_nil: condition(
      "The value is nil.",
      (v) => `${quoted(v)} is not nil`,
      (v) => v === undefined,
    ),
    is_true: condition(
      "The value is `true`.",
      (v) => `${quoted(v)} is not true`,
      (v) => v === true,
    ),
    is_false: condition(
      "The value is `false`.",
      (v) => `${quoted(v)} is not false`,
      (v) => v === false,
    ),
    type: fn({
      doc: 'The value is of the Lua type `name` (`"integer"` and `"float"` work, too).',
      params: [p.any("v"), p.string("name"), message],
      run(ctx, v, name, m) {
        if (typeName(v) === name || subtype(v) === name) return undefined;
        const article = (type: string) => (type === "integer" ? `an ${type}` : `a ${type}`);
        const actual = article(subtype(v) ?? typeName(v));
        return fail(ctx, `${quoted(v)} is ${actual}, not ${article(name)}`, m);
      },
    }),
    error: fn({
      doc: "The function raises an error (containing the plain text `expected`); returns the error.",
      params: [p.function("f"), p.any("expected"), message],
      returns: "any",
      async run(ctx, f, expected, m) {
        let results: LuaValue[];
        try {
          results = await ctx.call(f);
        } catch (e) {
          if (!(e instanceof LuaError)) throw e;
          const value = errorValue(e);
          const text = await ctx.display(value);
          if (expected === undefined || text.includes(await ctx.display(expected))) return value;
          return fail(ctx, `error "${text}" does not contain ${quoted(expected)}`, m);
        }
        return fail(ctx, `no error was raised, results: ${inspect(list(results, ctx.host))}`, m);
      },
    }),
  },
});

function subtype(v: LuaValue): string | undefined {
  if (!isNumber(v)) return undefined;
  return isFloat(v) ? "float" : "integer";
}
