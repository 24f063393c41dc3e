/**
 * Fuzzes the parser: whatever the input, `parseChunk` must return or throw a `LuaSyntaxError`, and
 * quickly.
 *
 *     bun tests/fuzz/syntax.ts --n 1000000 --seed 1
 *
 * Inputs are token soup, programs from a small random grammar (mostly well-formed, full of gotos,
 * attributes and shadowed names), and pieces of a corpus with tokens or bytes changed.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseChunk } from "../../src/parser/index";
import { LuaSyntaxError } from "../../src/runtime/syntax-error";

/** Longest that one input may take. */
const LIMIT_MS = 1000;

/** A small seeded generator of random numbers (mulberry32). */
export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed | 0;
  }
  /** An integer from 0 up to, not including, `n`. */
  below(n: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  }
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

const WORDS = (
  "and break do else elseif end false for function global goto if in local nil not or repeat " +
  "return then true until while"
).split(" ");
const SYMBOLS =
  "+ - * / // % ^ # & ~ | << >> == ~= <= >= < > = ( ) { } [ ] :: ; : , . .. ...".split(" ");
const NAMES = "a b c x y _ENV self global i".split(" ");
const LITERALS = [
  ..."0 1 2 3.5 0x10 1e3 0x.8p1 9223372036854775807 9223372036854775808 1e999 3x 0x 1..2".split(
    " ",
  ),
  '"s"',
  "'t'",
  '"a\\nb\\x41\\u{20AC}\\065\\z  c"',
  "[[long]]",
  "[=[\nl]]o\r\nng]=]",
  '"open',
  '"\\q"',
  "'\\u{110000000'",
  "[==[x",
  "--[[c]]",
  "-- c\n",
  "\\",
  "@",
  "\0",
  "\x80",
];
const ATTRIBUTES = ["<const>", "<close>", "<foo>"];
const SPACES = [" ", " ", " ", "\n", "\r\n", "\t", ""];

const SNIPPETS = [
  "local x <const>, y <close> = 1, f()\nx = 2",
  "local <const> a, b = 1, 2; return function() return a + b end",
  "global x, y\nx = 1; y = x; z = 2",
  "global <const> *; print(x); local function f() x = 1 end",
  "global function foo(a, b) return foo(b, a) end",
  "global none; do global *; x = 1 end; none = 1",
  "function a.b.c:d(x, ...args) args[1] = x; return ... end",
  "for i = 1, 10, 2 do local k = i; goto cont; local z; ::cont:: end",
  "for k, v in pairs(t) do if k then break elseif v then goto out else k2 = v end end ::out::",
  "repeat local x = f(); if x then goto c end; local y; ::c:: until x",
  "while a and b or not c do a.b[c].d, e = f'x', g{1, 2; x = 3, ['y'] = 4}:m(...) end",
  "return -2 ^ 2 .. 'a' .. 3 << 1 | 5 & ~7, #t // 2 % 3, (f()), ((...))",
  "do ::a:: ::b::; goto a; goto b end ::a:: return",
  "local function f(a) local g = function() a = a + 1; return _ENV end; return g end",
  "local t = {f = function(self) return self end, [1] = 2, 3, f()} t:f():f().x = nil",
  "local _ENV = {}; x = y; local _ENV <const> = nil; z = 1",
];

/** Makes the inputs of one seed. */
export class InputSource {
  readonly #random: Random;
  readonly #corpus: readonly string[];
  constructor(seed: number, corpus: readonly string[]) {
    this.#random = new Random(seed);
    this.#corpus = corpus;
  }

  next(): string {
    switch (this.#random.below(6)) {
      case 0:
        return this.#soup(1 + this.#random.below(40));
      case 1:
      case 2:
        return this.#block(3);
      case 3:
        return this.#mutateTokens(this.#block(3));
      case 4:
        return this.#mutateBytes(this.#piece());
      default:
        return this.#mutateTokens(this.#piece());
    }
  }

  #token(): string {
    const r = this.#random;
    const kind = r.below(20);
    if (kind < 6) return r.pick(WORDS);
    if (kind < 11) return r.pick(SYMBOLS);
    if (kind < 16) return r.pick(NAMES);
    return kind < 19 ? r.pick(LITERALS) : r.pick(ATTRIBUTES);
  }

  #soup(length: number): string {
    let s = "";
    for (let i = 0; i < length; i++) s += this.#token() + this.#random.pick(SPACES);
    return s;
  }

  /** Some lines of the corpus. */
  #piece(): string {
    const lines = this.#random.pick(this.#corpus).split("\n");
    const from = this.#random.below(lines.length);
    return lines.slice(from, from + 1 + this.#random.below(25)).join("\n");
  }

  #mutateTokens(s: string): string {
    const r = this.#random;
    const tokens = s.match(/\w+|"[^"\n]*"|'[^'\n]*'|\s+|[^\w\s]/g) ?? [];
    for (let n = r.below(4); n >= 0; n--) {
      const at = r.below(tokens.length + 1);
      switch (r.below(4)) {
        case 0:
          tokens.splice(at, 1);
          break;
        case 1:
          tokens.splice(at, 0, this.#token(), " ");
          break;
        case 2:
          tokens.splice(at, 1, this.#token());
          break;
        default:
          tokens.splice(at, 0, ...tokens.slice(r.below(tokens.length + 1)).slice(0, 8));
      }
    }
    return tokens.join("");
  }

  #mutateBytes(s: string): string {
    const r = this.#random;
    let out = s;
    for (let n = r.below(6); n >= 0; n--) {
      const at = r.below(out.length + 1);
      const byte = r.below(3) === 0 ? String.fromCharCode(r.below(256)) : this.#token();
      out = out.slice(0, at) + (r.below(2) === 0 ? byte : "") + out.slice(at + r.below(3));
    }
    return out;
  }

  // ---- the random grammar

  #block(depth: number): string {
    let s = "";
    for (let n = this.#random.below(6); n >= 0; n--) {
      s += this.#statement(depth) + this.#random.pick(["\n", " ", ";", ";;", "\n\n"]);
    }
    return s;
  }

  #statement(depth: number): string {
    const r = this.#random;
    if (depth === 0) return this.#simpleStatement();
    switch (r.below(16)) {
      case 0:
        return `do ${this.#block(depth - 1)} end`;
      case 1:
        return `while ${this.#expr(2)} do ${this.#block(depth - 1)} end`;
      case 2:
        return `repeat ${this.#block(depth - 1)} until ${this.#expr(2)}`;
      case 3: {
        const orelse = r.below(2) === 0 ? `else ${this.#block(depth - 1)}` : "";
        const orelif = r.below(2) === 0 ? `elseif ${this.#expr(1)} then break ` : "";
        return `if ${this.#expr(2)} then ${this.#block(depth - 1)} ${orelif}${orelse} end`;
      }
      case 4:
        return `for ${this.#name()} = ${this.#expr(1)}, 3 do ${this.#block(depth - 1)} end`;
      case 5:
        return `for ${this.#name()}, ${this.#name()} in ${this.#expr(1)} do ${this.#block(depth - 1)} end`;
      case 6:
        return `${r.pick(["local ", "global ", ""])}function ${this.#name()}${this.#body(depth)}`;
      default:
        return this.#simpleStatement();
    }
  }

  #simpleStatement(): string {
    const r = this.#random;
    const attribute = () => r.pick(["", "", "", "<const>", "<close>"]);
    if (r.below(40) === 0) return "break";
    if (r.below(20) === 0) {
      return `global ${r.pick(["", "<const> "])}${r.pick(["*", "*", "a", "x, y", "b = 1"])}`;
    }
    switch (r.below(12)) {
      case 0:
        return `::${this.#label()}::`;
      case 1:
        return `goto ${this.#label()}`;
      case 2:
        return `do local ${this.#name()} goto ${this.#label()} end`;
      case 3:
        return `${this.#prefix(1)}${r.pick(["()", "{}", "'s'", ":m()"])}`;
      case 4:
      case 5:
        return `local ${this.#name()} ${attribute()} = ${this.#expr(2)}`;
      case 6:
        return `local ${attribute()} ${this.#name()}, ${this.#name()}`;
      case 7:
        return `do return ${this.#expr(2)}, ${this.#expr(1)} end`;
      case 8:
        return `${this.#prefix(1)}.x, ${this.#name()} = ${this.#expr(1)}`;
      case 9:
        return `${this.#name()}(${this.#expr(2)}, ${this.#expr(1)})`;
      default:
        return `${this.#name()} = ${this.#expr(3)}`;
    }
  }

  #label(): string {
    return this.#random.pick(["l", "m", "n", "o"]);
  }

  /** What may be indexed or called. */
  #prefix(depth: number): string {
    return this.#random.below(3) === 0 ? `(${this.#expr(depth)})` : this.#name();
  }

  #name(): string {
    if (this.#random.below(4) > 0) return this.#random.pick(["a", "b", "c", "x", "y", "print"]);
    return this.#random.pick(NAMES);
  }

  #body(depth: number): string {
    const parameters = this.#random.pick(["", "a", "a, b", "...", "x, ...", "...a", "a, ...b"]);
    return `(${parameters}) ${this.#block(depth - 1)} end`;
  }

  #expr(depth: number): string {
    const r = this.#random;
    if (depth <= 0) return r.pick([...NAMES, "1", "2.5", "'s'", "nil", "true", "{}"]);
    const space = r.pick(SPACES);
    switch (r.below(10)) {
      case 0:
        return `${this.#expr(depth - 1)} ${r.pick(SYMBOLS.slice(0, 19))}${space} ${this.#expr(depth - 1)}`;
      case 1:
        return `(${this.#expr(depth - 1)})`;
      case 2:
        return `${r.pick(["-", "not ", "#", "~"])}${this.#expr(depth - 1)}`;
      case 3:
        return `${this.#prefix(depth - 1)}${space}.${this.#name()}${space}[${this.#expr(depth - 1)}]${space}`;
      case 4:
        return `${this.#prefix(depth - 1)}${space}:m${space}(${this.#expr(depth - 1)})`;
      case 5:
        return `function${this.#body(1)}`;
      case 6:
        return `{${this.#expr(depth - 1)}, x = ${this.#expr(depth - 1)}, [${this.#expr(0)}] = 1}`;
      case 7:
        return `${this.#expr(depth - 1)} ${r.pick(["and", "or", ".."])} ${this.#expr(depth - 1)}`;
      case 8:
        return r.below(4) === 0 ? "..." : `f(${this.#expr(depth - 1)}, ${this.#expr(0)}${space})`;
      default:
        return this.#expr(0);
    }
  }
}

/** The built-in snippets and all Lua files below a directory (byte strings). */
export function readCorpus(directory: string): string[] {
  const corpus = [...SNIPPETS];
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && entry.name.endsWith(".lua")) {
      corpus.push(readFileSync(join(entry.parentPath, entry.name), "latin1"));
    }
  }
  return corpus;
}

function option(name: string, fallback: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
}

function main(): void {
  const count = option("n", 100000);
  const seed = option("seed", 1);
  const source = new InputSource(seed, readCorpus(join(import.meta.dirname, "..", "lua")));
  const started = performance.now();
  let accepted = 0;
  let slowest = 0;
  const failures: string[] = [];
  for (let i = 0; i < count && failures.length < 10; i++) {
    const input = source.next();
    const before = performance.now();
    try {
      parseChunk(input, "=fuzz");
      accepted++;
    } catch (e) {
      if (!(e instanceof LuaSyntaxError)) failures.push(`${String(e)} in ${JSON.stringify(input)}`);
    }
    const took = performance.now() - before;
    if (took > slowest) slowest = took;
    if (took > LIMIT_MS) failures.push(`${took.toFixed(0)} ms in ${JSON.stringify(input)}`);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  for (const failure of failures) console.log(`FAIL ${failure}`);
  console.log(
    `seed ${seed}: ${count} inputs, ${accepted} accepted, ${failures.length} failures, ` +
      `slowest ${slowest.toFixed(1)} ms, ${seconds} s`,
  );
  process.exitCode = failures.length > 0 ? 1 : 0;
}

if (import.meta.main) main();
