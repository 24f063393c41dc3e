/** `regex`: RE2 patterns, searched in linear time. */
import {
  type Context,
  defineBuiltin,
  defineHandle,
  fn,
  HostError,
  type LuaTable,
  method,
  type Param,
  p,
} from "../host";
import { find, findAll, replace, split, test } from "./regex/functions";
import { compile, type Pattern } from "./regex/pattern";

const text = p.string("text");
const repl = p.either(p.string("repl", "may refer to groups, as `$1`"), p.function("repl"));
const limit = p.integer("limit", "the first matches (or parts) only", { min: 1 }).optional();
const captures = p.boolean("captures", "tables as `find` gives them, not strings").default(false);
const flagsField = p.string("flags", "any of `imsUx`").default("");

const findAllFields = { captures, limit };
const limitFields = { limit };
const NO_FIELDS = { captures: false, limit: undefined };

const Regex = defineHandle<Pattern>({
  name: "regex",
  needs: [],
  doc: "A compiled pattern.",
  tostring: ({ source }) => `regex: ${source}`,
  methods: {
    match: method<Pattern>()({
      doc: "Whether the pattern matches anywhere in the text.",
      params: [text],
      returns: "boolean",
      run: (self, ctx, s) => test(ctx, s, self),
    }),
    find: method<Pattern>()({
      doc: "The first match.",
      params: [text],
      returns: "table?",
      run: (self, ctx, s) => find(ctx, s, self),
    }),
    find_all: method<Pattern>()({
      doc: "All matches.",
      params: [text, p.record("opts", findAllFields).default(NO_FIELDS)],
      returns: "table",
      run: (self, ctx, s, opts) => findAll(ctx, s, self, opts),
    }),
    replace: method<Pattern>()({
      doc: "The text with its matches replaced.",
      params: [text, repl, p.record("opts", limitFields).default(NO_FIELDS)],
      returns: "string",
      run: (self, ctx, s, by, opts) => replace(ctx, s, self, by, opts.limit),
    }),
    split: method<Pattern>()({
      doc: "The parts of the text between matches.",
      params: [text, p.record("opts", limitFields).default(NO_FIELDS)],
      returns: "table",
      run: (self, ctx, s, opts) => split(ctx, s, self, opts.limit),
    }),
  },
});

// two strings are always text and pattern; with a compiled pattern either order is clear
type Operand = string | Pattern;
const first: Param<Operand> = p.either(p.string("text"), p.handle(Regex, "text"));
const second: Param<Operand> = p.either(p.string("pattern"), p.handle(Regex, "pattern"));

function operands(ctx: Context, a: Operand, b: Operand, flags: string): [string, Pattern] {
  if (typeof a === "string" && typeof b === "string") return [a, { source: b, flags }];
  if (flags !== "") ctx.fail("a compiled pattern has its own flags");
  if (typeof a === "string") return [a, b as Pattern];
  if (typeof b === "string") return [b, a];
  return ctx.fail("one argument must be the text");
}

/** Flags alone, or together with other options. */
function options<const F extends Record<string, Param<unknown>>>(fields: F) {
  return p
    .either(p.string("flags", "any of `imsUx`, or a table of options"), p.record("opts", fields))
    .default("")
    .added();
}

export default defineBuiltin({
  name: "regex",
  doc: "Regular expressions that always run in linear time",
  needs: [],
  functions: {
    match: fn({
      doc: "Whether the pattern matches anywhere in the text.",
      params: [first, second, options({ flags: flagsField })],
      returns: "boolean",
      run(ctx, a, b, opts) {
        const flags = typeof opts === "string" ? opts : opts.flags;
        return test(ctx, ...operands(ctx, a, b, flags));
      },
    }),
    find: fn({
      doc: "The first match: `{match, groups, named, start, finish}`, or nil.",
      params: [first, second, options({ flags: flagsField })],
      returns: "table?",
      run(ctx, a, b, opts) {
        const flags = typeof opts === "string" ? opts : opts.flags;
        return find(ctx, ...operands(ctx, a, b, flags));
      },
    }),
    find_all: fn({
      doc: "All matches, as strings or, with `opts.captures`, as `find` gives them.",
      params: [first, second, options({ flags: flagsField, captures, limit })],
      returns: "table",
      run(ctx, a, b, opts) {
        const given = typeof opts === "string" ? { ...NO_FIELDS, flags: opts } : opts;
        return findAll(ctx, ...operands(ctx, a, b, given.flags), given);
      },
    }),
    replace: fn({
      doc: "The text with its matches replaced by a string or by what a function returns.",
      params: [first, second, repl, options({ flags: flagsField, limit })],
      returns: "string",
      run(ctx, a, b, by, opts) {
        const given = typeof opts === "string" ? { limit: undefined, flags: opts } : opts;
        return replace(ctx, ...operands(ctx, a, b, given.flags), by, given.limit);
      },
    }),
    split: fn({
      doc: "The parts of the text between matches.",
      params: [first, second, options({ flags: flagsField, limit })],
      returns: "table",
      run(ctx, a, b, opts) {
        const given = typeof opts === "string" ? { limit: undefined, flags: opts } : opts;
        return split(ctx, ...operands(ctx, a, b, given.flags), given.limit) as
          | LuaTable
          | Promise<LuaTable>;
      },
    }),
    escape: fn({
      doc: "A pattern that matches exactly this text.",
      params: [text],
      returns: "string",
      run: (_ctx, s) => s.replace(/[\\.+*?()|[\]{}^$#\s-]/g, (c) => escapeChar(c)),
    }),
    compile: fn({
      doc: "Compiles a pattern, to be used with methods or in place of a pattern.",
      params: [p.string("pattern"), p.string("flags", "any of `imsUx`").default("")],
      returns: "regex",
      run(ctx, source, flags) {
        const pattern: Pattern = { source, flags };
        try {
          compile(pattern, "text");
        } catch (e) {
          if (e instanceof HostError) ctx.fail(e.message);
          throw e;
        }
        return ctx.handle(Regex, pattern);
      },
    }),
  },
});

/** White space is escaped by its code, so that the flag `x` keeps it. */
function escapeChar(c: string): string {
  return /\s/.test(c) ? `\\x{${c.charCodeAt(0).toString(16)}}` : `\\${c}`;
}
