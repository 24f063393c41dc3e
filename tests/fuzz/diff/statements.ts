/** Random programs: statements over the expressions, with every loop bounded. */
import { parseChunk } from "../../../src/parser/index";
import { Expressions, type Type, type Variable } from "./expressions";
import type { Surroundings } from "./feature";
import { feature } from "./features";
import type { Random } from "./random";
import { type Block, type Expr, expr, render, type Statement, statement } from "./tree";

const TYPES: readonly Type[] = ["int", "int", "float", "string", "boolean", "list"];
const EXPR_DEPTH = 3;
const PROTECTED = "E(pcall(function() return ";
const PROTECTED_END = " end))";

/** The statement without the function and the protected call around it, if that is all there is. */
function unwrapped(s: Statement): Statement {
  const first = s.parts[0];
  const last = s.parts.at(-1);
  if (typeof first !== "string" || !first.startsWith(PROTECTED)) return s;
  if (typeof last !== "string" || !last.endsWith(PROTECTED_END)) return s;
  const parts = [...s.parts];
  parts[0] = `E(${first.slice(PROTECTED.length)}`;
  const end = parts.at(-1) as string;
  parts[parts.length - 1] = `${end.slice(0, -PROTECTED_END.length)})`;
  return { ...s, parts };
}

function isStructured(s: Statement): boolean {
  try {
    return parseChunk(render(s), "=case").main.isStructured;
  } catch {
    return false;
  }
}

export class Programs {
  readonly #e: Expressions;
  #names = 0;
  /** True where a `...` can be used. */
  #vararg = true;

  /** `only`: the name of a feature that programs are to consist of. */
  constructor(
    readonly random: Random,
    readonly only?: string,
  ) {
    this.#e = new Expressions(random);
  }

  program(): Block {
    this.#e.variables = [];
    this.#names = 0;
    if (this.only === undefined) {
      return this.random.oneIn(3) ? this.#straight() : this.block(3, 4 + this.random.below(6));
    }
    const statements = Array.from({ length: 12 }, () => this.#feature(2, this.only));
    return { kind: "block", statements };
  }

  /** A main function that is interpreted, with its statements out of the functions around them. */
  #straight(): Block {
    const statements: Statement[] = [];
    while (statements.length < 8) {
      const { variables } = this.#e;
      const s = this.#statement(2);
      const bare = unwrapped(s);
      if (this.random.oneIn(3) && isStructured(bare)) statements.push(bare);
      else if (isStructured(s)) statements.push(s);
      else this.#e.variables = variables;
    }
    return { kind: "block", statements };
  }

  #name(prefix: string): string {
    return `${prefix}${++this.#names}`;
  }

  #declare(type: Type, readonly = false, prefix = "v"): Variable {
    const variable = { name: this.#name(prefix), type, readonly };
    this.#e.variables.push(variable);
    return variable;
  }

  /** A list of statements with a scope of its own; `extra` makes statements to begin with. */
  block(depth: number, size = 1 + this.random.below(3)): Block {
    const scope = this.#e.variables;
    this.#e.variables = [...scope];
    const statements: Statement[] = [];
    for (let i = 0; i < size; i++) statements.push(this.#statement(depth));
    this.#e.variables = scope;
    return { kind: "block", statements };
  }

  #statement(depth: number): Statement {
    const { random } = this;
    const e = this.#e;
    if (depth <= 0 || random.oneIn(3)) return this.#simple();
    if (random.oneIn(3)) return this.#feature(depth);
    switch (random.below(14)) {
      case 0:
        return statement(
          "if ",
          e.boolean(2),
          " then\n",
          this.block(depth - 1),
          ...(random.oneIn(2) ? ["else\n", this.block(depth - 1)] : []),
          "end",
        );
      case 1:
      case 2:
        return this.#numericFor(depth);
      case 3:
        return this.#genericFor(depth);
      case 4: {
        const count = this.#name("n");
        return statement(
          `local ${count} = 0 while ${count} < ${random.below(5)} do ${count} = ${count} + 1\n`,
          this.block(depth - 1),
          random.oneIn(3) ? "break end" : "end",
        );
      }
      case 5: {
        const count = this.#name("n");
        return statement(
          `local ${count} = 0 repeat ${count} = ${count} + 1\n`,
          this.block(depth - 1),
          `until ${count} > 2 or `,
          e.boolean(1),
        );
      }
      case 6:
        return this.#functionAndCalls(depth);
      case 7:
      case 8:
        return statement(
          "E(pcall(function()\n",
          this.#inFunction(depth),
          "return ",
          random.oneIn(2) ? e.any(2) : e.faulty(2),
          "\nend))",
        );
      case 9:
        return this.#coroutine(depth);
      case 10:
        return statement(
          `do local ${this.#name("c")} <close> = closer("c${this.#names}")\n`,
          this.block(depth - 1),
          "end",
        );
      case 11:
        return this.#closures(depth);
      case 12:
        return statement(
          "do local t = M(",
          e.number(1),
          ") E(pcall(function() return t ",
          random.pick(["+", "-", "*", "/", "%", "//", "..", "<", "<=", "==", "&", "<<"]),
          " ",
          random.oneIn(2) ? e.any(1) : expr("M(1)", "M(", e.any(1), ")"),
          " end)) end",
        );
      default: {
        const label = this.#name("l");
        const count = this.#name("n");
        return statement(
          `local ${count} = 0\n::${label}:: ${count} = ${count} + 1 do\n`,
          this.block(depth - 1),
          `end if ${count} < ${1 + random.below(3)} then goto ${label} end`,
        );
      }
    }
  }

  #feature(depth: number, only?: string): Statement {
    const surroundings: Surroundings = {
      random: this.random,
      e: this.#e,
      name: (prefix) => this.#name(prefix),
      body: (added = []) => {
        const scope = this.#e.variables;
        this.#e.variables = [...scope, ...added.map((v) => ({ ...v, readonly: true }))];
        const block = this.#inFunction(depth - 1);
        this.#e.variables = scope;
        return block;
      },
    };
    return feature(surroundings, only);
  }

  #simple(): Statement {
    const { random } = this;
    const e = this.#e;
    const assignable = e.variables.filter((v) => !v.readonly);
    switch (random.below(12)) {
      case 0:
      case 1:
      case 2: {
        const type = random.pick(TYPES);
        const value = e.of(type, EXPR_DEPTH);
        const constant = random.oneIn(6);
        return statement(
          `local ${this.#declare(type, constant).name}${constant ? " <const>" : ""} = `,
          value,
        );
      }
      case 3:
      case 4: {
        if (assignable.length === 0) break;
        const v = random.pick(assignable);
        return statement(`${v.name} = `, e.of(v.type, EXPR_DEPTH));
      }
      case 5: {
        if (assignable.length < 2) break;
        const a = random.pick(assignable);
        const b = random.pick(assignable);
        return statement(
          `${a.name}, ${b.name} = `,
          e.of(a.type, 2),
          ", ",
          e.of(b.type, 2),
          random.oneIn(3) ? ", Y(1)" : "",
        );
      }
      case 6: {
        const list = e.variables.find((v) => v.type === "list");
        if (list === undefined) break;
        return random.oneIn(2)
          ? statement(`${list.name}[#${list.name} + 1] = `, e.of("int", 2))
          : statement(
              `table.sort(${list.name}, function(a, b) return K(a) < K(b) end) E(${list.name})`,
            );
      }
      case 7:
        return statement("E(pcall(function() return ", e.faulty(2), " end))");
      case 8:
        return statement(
          "T[",
          e.any(1),
          " or 1] = ",
          e.any(1),
          this.#vararg && random.oneIn(3) ? " E(select('#', ...), (...))" : "",
        );
      default:
    }
    return statement("E(", e.any(EXPR_DEPTH), ", ", e.any(2), ")");
  }

  #numericFor(depth: number): Statement {
    const { random } = this;
    const e = this.#e;
    const count = this.#name("n");
    const floats = random.oneIn(4);
    const bound = () => (floats ? e.number(1) : e.int(1));
    const parts: (string | Expr | Block)[] = [`local ${count} = 0 E(pcall(function() for `];
    const scope = e.variables;
    e.variables = [...scope];
    const from = bound();
    const to = bound();
    const step = random.oneIn(3) ? [", ", bound()] : [];
    const v = this.#declare(floats ? "float" : "int", true, "i");
    if (floats) v.type = "float";
    const label = this.#name("l");
    const skip = random.oneIn(3);
    parts.push(
      `${v.name} = `,
      from,
      ", ",
      to,
      ...step,
      ` do ${count} = ${count} + 1 if ${count} > 4 then break end E(${v.name})\n`,
    );
    const vararg = this.#vararg;
    this.#vararg = false;
    if (skip)
      parts.push(
        "if ",
        e.boolean(1),
        ` then goto ${label} end do\n`,
        this.block(depth - 1),
        `end ::${label}::`,
      );
    else parts.push(this.block(depth - 1));
    this.#vararg = vararg;
    e.variables = scope;
    parts.push(" end end))");
    return statement(...parts);
  }

  #genericFor(depth: number): Statement {
    const { random } = this;
    const e = this.#e;
    const list = e.of("list", 2);
    const scope = e.variables;
    e.variables = [...scope];
    const k = this.#declare("int", true, "k").name;
    const x = this.#name("x");
    const body = this.block(depth - 1);
    e.variables = scope;
    if (random.oneIn(2))
      return statement(
        // the body may append to the list
        `for ${k}, ${x} in ipairs(`,
        list,
        `) do E(${k}, ${x}) if ${k} > 20 then break end\n`,
        body,
        "end",
      );
    // the order of pairs is not compared: sum up, and change fields that exist already
    const sum = this.#name("n");
    return statement(
      `local ${sum} = 0 local t = `,
      list,
      ` for ${k}, ${x} in pairs(t) do ${sum} = ${sum} + K(${x}) t[${k}] = ${random.pick(["nil", `${k}`, `Y(${x})`])} end E(${sum}, t)`,
    );
  }

  #inFunction(depth: number): Block {
    const vararg = this.#vararg;
    this.#vararg = false;
    const body = this.block(depth - 1);
    this.#vararg = vararg;
    return body;
  }

  #functionAndCalls(depth: number): Statement {
    const { random } = this;
    const e = this.#e;
    const f = this.#name("f");
    const scope = e.variables;
    e.variables = [...scope];
    const a = this.#declare(random.pick(TYPES), false, "p");
    const b = this.#declare(random.pick(TYPES), false, "p");
    const outer = this.#vararg;
    this.#vararg = true;
    const body = this.block(depth - 1);
    const result = e.any(2);
    this.#vararg = outer;
    e.variables = scope;
    const call = () => [
      `${f}(`,
      e.of(a.type, 2),
      ", ",
      e.of(b.type, 2),
      random.oneIn(2) ? ", Y(nil, 2)" : "",
      ")",
    ];
    const tail = random.oneIn(4) ? "return Y(" : "return (";
    return statement(
      `local function ${f}(${a.name}, ${b.name}, ...)\n`,
      body,
      tail,
      result,
      "), select('#', ...)\nend E(pcall(function() return ",
      ...call(),
      " end)) E(pcall(",
      f,
      ", ",
      e.any(1),
      "))",
    );
  }

  #coroutine(depth: number): Statement {
    const { random } = this;
    const e = this.#e;
    const co = this.#name("co");
    const scope = e.variables;
    e.variables = [...scope];
    const got = this.#declare("int", false, "g").name;
    const outer = this.#vararg;
    this.#vararg = false;
    const body = this.block(depth - 1, 1);
    const ending = random.oneIn(3) ? e.faulty(1) : e.any(1);
    this.#vararg = outer;
    e.variables = scope;
    return statement(
      `local ${co} = coroutine.create(function(${got}) local c <close> = closer("${co}") for i = 1, ${1 + random.below(3)} do ${got} = coroutine.yield(i, ${got}) or 0 end\n`,
      body,
      "return ",
      ending,
      `\nend) for i = 1, 5 do E(R(${co}, i)) E(coroutine.status(${co})) end E(C(${co}))`,
    );
  }

  #closures(depth: number): Statement {
    const e = this.#e;
    const fs = this.#name("fs");
    const scope = e.variables;
    e.variables = [...scope];
    const i = this.#declare("int", true, "i").name;
    const v = this.#declare("int", false, "v").name;
    const outer = this.#vararg;
    this.#vararg = false;
    const body = this.block(depth - 1, 1);
    const update = e.of("int", 2);
    this.#vararg = outer;
    e.variables = scope;
    return statement(
      `local ${fs} = {} for ${i} = 1, 3 do local ${v} = Y(${i})\n`,
      body,
      `${fs}[${i}] = function() ${v} = ${v} + (`,
      update,
      `) return ${v} end end E(${fs}[1](), ${fs}[1](), ${fs}[2](), ${fs}[3]())`,
    );
  }
}
