/** `shell`: commands run to their end, with their output. */
import { commandWords, defineBuiltin, fn, HostError, items, LuaTable, p } from "../host";
import { execute } from "./shell/exec";

const MAX_OUTPUT = 64 * 1024 * 1024;
/** Longer waits are beyond a timer. */
const MAX_TIMEOUT = 2_000_000;

/** A word as `/bin/sh` reads it back. */
function quote(word: string): string {
  if (word !== "" && /^[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function argument(fnName: string, word: unknown): string {
  if (typeof word !== "string")
    throw new HostError(`${fnName}: the command's words must be strings`);
  if (word.includes("\0")) throw new HostError(`${fnName}: the command contains a NUL byte`);
  return word;
}

export default defineBuiltin({
  name: "shell",
  doc: "Shell commands",
  needs: ["programs"],
  functions: {
    exec: fn({
      doc: "Runs a command and returns `{status, stdout, stderr, timed_out}`.",
      params: [
        p.either(
          p.string("cmd", "for `/bin/sh -c`; a list is a program and its arguments", {
            strict: true,
          }),
          p.table("cmd"),
        ),
        p.options("opts", {
          cwd: p.text("cwd", "working directory").optional(),
          env: p.table("env", "variables on top of the script's own; false removes one").optional(),
          stdin: p.string("stdin", "its input; empty by default").optional(),
          timeout: p.number("timeout", "seconds", { min: 0, max: MAX_TIMEOUT }).optional(),
          max_output: p
            .integer("max_output", "bytes, 64 MiB by default", { min: 0 })
            .default(MAX_OUTPUT),
        }),
      ],
      returns: "table",
      mutates: true,
      run(ctx, cmd, opts) {
        const words = cmd instanceof LuaTable ? [...items(cmd)] : ["/bin/sh", "-c", cmd];
        if (words.length === 0) ctx.fail("the command is empty");
        return execute(ctx, commandWords(words.map((w) => argument(ctx.name, w))), opts);
      },
    }),
    quote: fn({
      doc: "Its arguments as words that `/bin/sh` takes literally, with spaces between.",
      params: [p.rest(p.string("word"))],
      returns: "string",
      run: (ctx, ...words) =>
        words.map((w) => quote(w ?? ctx.fail("nil can't be quoted"))).join(" "),
    }),
  },
});
