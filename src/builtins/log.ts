/** `log`: log lines on standard error. */
import {
  bytesToUtf8,
  type Context,
  defineBuiltin,
  displayPlain,
  entries,
  type FieldValue,
  fn,
  HostError,
  holdsOpaque,
  isNumber,
  type LogFields,
  type LogLevel,
  LuaTable,
  type LuaValue,
  numberToString,
  p,
  RawField,
} from "../host";
import { encodeJson } from "./json/encode";

function level(name: LogLevel) {
  return fn({
    doc: `Writes a line at level ${name.toUpperCase()}; \`fields\` are added as \`key=value\`.`,
    params: [
      p.any("message"),
      // the original takes no second value and ignores what comes: it must not end a script
      p.any("fields", "what to add, by name; anything else is written behind the message"),
    ],
    run(ctx, message, more) {
      if (!ctx.host.logger.enabled(name)) return undefined;
      const fields = more instanceof LuaTable ? more : undefined;
      const shown = more === undefined || fields !== undefined ? [message] : [message, more];
      const texts = shown.map((v) => ctx.display(v));
      if (texts.every((t) => typeof t === "string"))
        return write(ctx, name, texts.join(" "), fields);
      return Promise.all(texts).then((t) => write(ctx, name, t.join(" "), fields));
    },
  });
}

function write(ctx: Context, name: LogLevel, text: string, fields: LuaTable | undefined): void {
  ctx.host.logger.log(name, text, fields === undefined ? [] : toFields(fields));
}

/** The pairs of a table in its own order. */
function toFields(table: LuaTable): LogFields {
  const out: (readonly [string, FieldValue])[] = [];
  for (const [key, v] of entries(table)) out.push([displayPlain(key), toField(v)]);
  return out;
}

function toField(v: LuaValue): FieldValue {
  if (typeof v === "string") return bytesToUtf8(v);
  if (typeof v === "boolean" || typeof v === "undefined") return v;
  if (isNumber(v)) {
    const text = numberToString(v);
    // JSON has no inf and no nan
    return new RawField(text, /^-?\d/.test(text) ? text : undefined);
  }
  if (!(v instanceof LuaTable)) return displayPlain(v);
  const text = displayPlain(v);
  return new RawField(text, holdsOpaque(v) ? JSON.stringify(text) : tableJson(v));
}

/** A table as JSON; undefined for one that JSON can't hold, which shows as in text lines. */
function tableJson(table: LuaTable): string | undefined {
  try {
    return bytesToUtf8(encodeJson(table));
  } catch (e) {
    if (e instanceof HostError) return undefined;
    throw e;
  }
}

export default defineBuiltin({
  name: "log",
  doc: "Log lines with levels and fields",
  needs: [],
  functions: {
    debug: level("debug"),
    info: level("info"),
    warn: level("warn"),
    error: level("error"),
    secret: fn({
      doc: "Hides a text: wherever it would show in logs or errors, `[redacted]` stands instead.",
      params: [p.text("value")],
      run: (ctx, value) => ctx.host.secrets.register(value),
    }),
  },
});
