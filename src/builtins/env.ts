/** `env`: environment variables. */
import {
  type Context,
  defineBuiltin,
  fn,
  HostError,
  LuaTable,
  list,
  p,
  rawVariable,
  record,
  utf8ToBytes,
} from "../host";

/** A variable's name can hold neither `=` nor NUL, and its value no NUL. */
function checkPair(fnName: string, name: string, value = ""): void {
  if (name === "" || /[=\0]/.test(name))
    throw new HostError(`${fnName}: invalid variable name ${JSON.stringify(name)}`);
  if (value.includes("\0")) throw new HostError(`${fnName}: value contains a NUL byte`);
}

/** The bytes of a variable's text. */
function encoded(name: string, value: string): string {
  return rawVariable(name, value) ?? utf8ToBytes(value);
}

function variable({ host }: Context, name: string): string | undefined {
  const value = host.environment.get(name);
  return value === undefined ? undefined : encoded(name, value);
}

/** The table of `_check_env`, which scripts of the original read and write. */
const checkEnv = () => new LuaTable();

export default defineBuiltin({
  name: "env",
  doc: "Environment variables",
  needs: [],
  functions: {
    get: fn({
      doc: "The value of a variable, or `default` (nil) when it is not set.",
      params: [p.text("name"), p.string("default", "a text, not a number").optional().added()],
      returns: "string?",
      run(ctx, name, fallback) {
        const own = ctx.host.store(checkEnv).µgetStr(utf8ToBytes(name));
        if (typeof own === "string") return own;
        return variable(ctx, name) ?? fallback;
      },
    }),
    set: fn({
      doc: "Sets a variable, or removes it when `value` is nil.",
      params: [p.text("name"), p.text("value").optional()],
      mutates: true,
      run(ctx, name, value) {
        checkPair(ctx.name, name, value);
        ctx.host.store(checkEnv).µsetStr(utf8ToBytes(name), undefined);
        ctx.host.environment.set(name, value);
      },
    }),
    list: fn({
      doc: "All variables as a list of `{key, value}`, sorted by key.",
      params: [],
      returns: "table",
      run(ctx): LuaTable {
        const all = Object.entries(ctx.host.environment.all());
        all.sort(([a], [b]) => (a < b ? -1 : 1));
        return list(
          all.map(([key, value]) => record({ key: utf8ToBytes(key), value: encoded(key, value) })),
          ctx.host,
        );
      },
    }),
    _process_get: fn({
      doc: "As `get`, without the variables of `_check_env`.",
      params: [p.text("name")],
      returns: "string?",
      run: (ctx, name) => variable(ctx, name),
    }),
  },
  fields: {
    _check_env: {
      doc: "Variables that win over the environment, for scripts of the original.",
      type: "table",
      make: (host) => host.store(checkEnv),
    },
  },
});
