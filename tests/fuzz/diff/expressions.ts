/** Random expressions by type. Operands lean towards the borders of the number formats. */
import type { Random } from "./random";
import { type Expr, expr } from "./tree";

export type Type = "int" | "float" | "string" | "boolean" | "list";

export interface Variable {
  name: string;
  type: Type;
  /** Loop variables and constants can't be assigned. */
  readonly: boolean;
}

const INTEGERS = [
  "0",
  "1",
  "-1",
  "2",
  "3",
  "7",
  "10",
  "-5",
  "31",
  "32",
  "63",
  "64",
  "255",
  "1000",
  "0x7fffffff",
  "-0x80000000",
  "0xffffffff",
  "(1 << 32)",
  "(1 << 53)",
  "9007199254740991",
  "9007199254740993",
  "-9007199254740993",
  "(1 << 62)",
  "math.maxinteger",
  "math.mininteger",
  "0x123456789abcdef",
  "(math.maxinteger - 1)",
  "(math.mininteger + 1)",
  "-9007199254740991",
  "4611686018427387904",
];
const FLOATS = [
  "0.0",
  "-0.0",
  "0.5",
  "-0.5",
  "1.0",
  "1.5",
  "-2.0",
  "3.0",
  "0.1",
  "1e15",
  "1e16",
  "1e100",
  "2^53",
  "2^63",
  "-2^63",
  "2^31",
  "1e308",
  "5e-324",
  "(1/0)",
  "(-1/0)",
  "(0/0)",
  "123456.789",
  "-7.25",
];
const STRINGS = [
  '""',
  '"a"',
  '"abc"',
  '"hello world"',
  '"10"',
  '"-7"',
  '"0x1F"',
  '"1e2"',
  '" 5 "',
  '"3.5"',
  '"a,b,,c"',
  '"\\0z"',
  '"\\xff\\xfe"',
  '"key=value; k2=v2"',
  '"9223372036854775807"',
  '"é€"',
  '"line1\\nline2"',
  '"%d"',
  '"AbC123"',
  '"((a)b)"',
  '"  pad  "',
];
const PATTERNS = [
  '"%a+"',
  '"%d+"',
  '"."',
  '"(%w+)=(%w+)"',
  '"[^,]*"',
  '"^%s*(.-)%s*$"',
  '"%b()"',
  '"%f[%w]%w+"',
  '"a-b"',
  '"()"',
  '"[%a_][%w_]*"',
  '"%s"',
  '"l+"',
  '"(.)%1"',
  '"$"',
  '""',
  '"[a-c]"',
  '"%x%x?"',
  '".-o"',
];
const FORMATS: [string, Type][] = [
  ["%d", "int"],
  ["%5d", "int"],
  ["%-8d|", "int"],
  ["%05d", "int"],
  ["%x", "int"],
  ["%X", "int"],
  ["%o", "int"],
  ["%+d", "int"],
  ["%.3f", "float"],
  ["%g", "float"],
  ["%e", "float"],
  ["%.14g", "float"],
  ["%10.2f", "float"],
  ["%a", "float"],
  ["%s", "string"],
  ["%q", "string"],
  ["%10s", "string"],
  ["%-6s|", "string"],
  ["%.2s", "string"],
  ["%i", "int"],
  ["%q", "int"],
  ["%s", "float"],
  ["%q", "float"],
  ["%.0f", "float"],
  ["%.20f", "float"],
];
const PACKS: [string, Type][] = [
  ["<i8", "int"],
  [">I8", "int"],
  ["<j", "int"],
  ["<i16", "int"],
  ["<d", "float"],
  [">f", "float"],
  ["<s4", "string"],
  ["z", "string"],
  ["!4<bi4", "int"],
  [">i3", "int"],
  ["<n", "float"],
];

export const SIMPLE: Record<Type, string> = {
  int: "1",
  float: "1.5",
  string: '"s"',
  boolean: "true",
  list: "{}",
};

export class Expressions {
  /** Variables that can be seen at the place being written. */
  variables: Variable[] = [];

  constructor(readonly random: Random) {}

  any(depth: number): Expr {
    return this.of(this.random.pick(["int", "int", "float", "string", "boolean"] as const), depth);
  }

  number(depth: number): Expr {
    return this.of(this.random.oneIn(2) ? "int" : "float", depth);
  }

  of(type: Type, depth: number): Expr {
    const { random } = this;
    const visible = this.variables.filter((v) => v.type === type);
    if (visible.length > 0 && random.oneIn(3)) return expr(SIMPLE[type], random.pick(visible).name);
    if (random.oneIn(6)) return expr(SIMPLE[type], "Y(", this.of(type, depth - 1), ")");
    if (random.oneIn(14))
      return expr(
        SIMPLE[type],
        "(",
        this.boolean(depth - 1),
        " and ",
        this.of(type, depth - 1),
        " or ",
        this.of(type, depth - 1),
        ")",
      );
    switch (type) {
      case "int":
        return this.int(depth);
      case "float":
        return this.float(depth);
      case "string":
        return this.string(depth);
      case "boolean":
        return this.boolean(depth);
      case "list":
        return this.list(depth);
    }
  }

  int(depth: number): Expr {
    const { random } = this;
    const e = (...parts: (string | Expr)[]) => expr("1", ...parts);
    const int = () => this.of("int", depth - 1);
    const string = () => this.of("string", depth - 1);
    if (depth <= 0) return e(random.pick(INTEGERS));
    switch (random.below(16)) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
        return e("(", int(), ` ${random.pick(["+", "-", "*", "+", "-"])} `, int(), ")");
      case 5:
      case 6:
        return e("(", int(), ` ${random.pick(["//", "%"])} NZ(`, int(), "))");
      case 7:
      case 8:
        return e("(", int(), ` ${random.pick(["&", "|", "~"])} `, int(), ")");
      case 9:
        return e("(", int(), ` ${random.pick(["<<", ">>"])} `, int(), ")");
      case 10:
        return e(random.pick(["(- ", "(~ "]), int(), ")");
      case 11:
        return e("#", string());
      case 12:
        return e(
          "(",
          string(),
          random.pick([":byte(1)", ":byte(-1)", ':find("a", 1, true)']),
          " or 0)",
        );
      case 13:
        return e("(math.tointeger(", this.number(depth - 1), ") or 0)");
      case 14:
        return e(`math.${random.pick(["max", "min"])}(`, int(), ", ", int(), ")");
      default:
        return e("#", this.of("list", depth - 1));
    }
  }

  float(depth: number): Expr {
    const { random } = this;
    const e = (...parts: (string | Expr)[]) => expr("1.5", ...parts);
    const number = () => this.number(depth - 1);
    const float = () => this.of("float", depth - 1);
    if (depth <= 0) return e(random.pick(FLOATS));
    switch (random.below(9)) {
      case 0:
      case 1:
      case 2:
        return e("(", number(), ` ${random.pick(["+", "-", "*"])} `, float(), ")");
      case 3:
        return e("(", number(), " / ", number(), ")");
      case 4:
        return e("(", float(), ` ${random.pick(["//", "%"])} `, number(), ")");
      case 5:
        return e("(", number(), random.pick([" ^ 2)", " ^ 0)", " ^ 1)"]));
      case 6:
        return e(`(${random.pick(["math.abs(", "math.sqrt(", "- ("])}`, float(), "))");
      case 7:
        return e("(", this.of("int", depth - 1), " + 0.0)");
      default:
        return e(`(math.${random.pick(["floor", "ceil"])}(`, float(), ") + 0.5)");
    }
  }

  string(depth: number): Expr {
    const { random } = this;
    const e = (...parts: (string | Expr)[]) => expr('"s"', ...parts);
    const string = () => this.of("string", depth - 1);
    if (depth <= 0) return e(random.pick(STRINGS));
    const small = () =>
      expr("1", random.pick(["0", "1", "2", "-1", "-3", "3", "100", "math.mininteger"]));
    switch (random.below(14)) {
      case 0:
      case 1:
        // JavaScript does not keep the sign of NaN
        return random.oneIn(2)
          ? e("(", string(), " .. ", string(), ")")
          : e("(", string(), " .. NOTNAN(", this.number(depth - 1), "))");
      case 2:
        return e("(", string(), "):sub(", small(), ", ", small(), ")");
      case 3:
        return e("(", string(), `):${random.pick(["upper", "lower", "reverse"])}()`);
      case 4:
        return e("(", string(), "):rep(", random.pick(["0", "1", "2", "3"]), ', ",")');
      case 5: {
        const [format, type] = random.pick(FORMATS);
        // JavaScript does not keep the sign of NaN
        return e(`string.format("${format}", NOTNAN(`, this.of(type, depth - 1), "))");
      }
      case 6:
        return e("tostring(NOTNAN(", this.any(depth - 1), "))");
      case 7:
        return e("((", string(), `):match(${random.pick(PATTERNS)}) or "none") .. ""`);
      case 8:
        return e(
          "((",
          string(),
          `):gsub(${random.pick(PATTERNS)}, ${random.pick(['"<%0>"', '"x"', "function(s) return Y(s) .. '!' end", "{ a = 'A', l = false }", '"%%"'])}))`,
        );
      case 9:
        return e("table.concat(", this.of("list", depth - 1), ', ";")');
      case 10: {
        const [format, type] = random.pick(PACKS);
        return e(`P(string.pack, "${format}", NOTNAN(`, this.of(type, depth - 1), "))");
      }
      case 11:
        return e("string.char(", this.of("int", depth - 1), " & 255)");
      default:
        return e(random.pick(STRINGS));
    }
  }

  boolean(depth: number): Expr {
    const { random } = this;
    const e = (...parts: (string | Expr)[]) => expr("true", ...parts);
    if (depth <= 0) return e(random.pick(["true", "false", "nil"]));
    const relation = random.pick(["<", "<=", ">", ">=", "==", "~="]);
    switch (random.below(7)) {
      case 0:
      case 1:
      case 2:
        return e("(", this.number(depth - 1), ` ${relation} `, this.number(depth - 1), ")");
      case 3:
        return e(
          "(",
          this.of("string", depth - 1),
          ` ${relation} `,
          this.of("string", depth - 1),
          ")",
        );
      case 4:
        return e(
          "(",
          this.any(depth - 1),
          ` ${random.pick(["==", "~="])} `,
          this.any(depth - 1),
          ")",
        );
      case 5:
        return e("(not ", this.of("boolean", depth - 1), ")");
      default:
        return e(
          "(",
          this.of("boolean", depth - 1),
          ` ${random.pick(["and", "or"])} `,
          this.of("boolean", depth - 1),
          ")",
        );
    }
  }

  list(depth: number): Expr {
    const { random } = this;
    const parts: (string | Expr)[] = ["{ "];
    for (let i = random.below(5); i > 0; i--)
      // an argument may have been nil: the border of a table with a hole is not the same everywhere
      parts.push(this.of(random.oneIn(2) ? "int" : "string", depth - 1), " or 0, ");
    if (random.oneIn(4))
      parts.push(
        "table.unpack(",
        this.variables.find((v) => v.type === "list")?.name ?? "{ 1, 2 }",
        ") ",
      );
    parts.push("}");
    return expr("{}", ...parts);
  }

  /** An expression that raises an error, most of the time. */
  faulty(depth: number): Expr {
    const { random } = this;
    const e = (...parts: (string | Expr)[]) => expr("nil + 1", ...parts);
    const v = this.any(depth);
    switch (random.below(16)) {
      case 0:
        return e("(", v, ") + {}");
      case 1:
        return e("(", v, ").x.y");
      case 2:
        return e("undefinedName(", v, ")");
      case 3:
        return e("T.a.b");
      case 4:
        return e("T:nothing(", v, ")");
      case 5:
        return e("(", v, ") < {}");
      case 6:
        return e("(", v, ") .. {}");
      case 7:
        return e("#(", v, ")");
      case 8:
        return e("(", this.number(depth), ") | (", this.number(depth), ")");
      case 9:
        return e("string.rep(SMALL(", v, ", ", this.any(depth), "))");
      case 10:
        return e("(", this.int(depth), `) ${random.pick(["//", "%"])} (`, this.int(0), " & 1)");
      case 11:
        return e(
          `${random.pick(["math.floor", "tonumber", "ipairs", "setmetatable", "select", "rawlen", "table.concat", "string.char", "utf8.char", "math.random", "table.unpack", "string.byte"])}(`,
          v,
          ", ",
          this.any(depth),
          ")",
        );
      case 12:
        return e(
          "(",
          this.of("string", depth),
          `) ${random.pick(["+", "*", "-", "//"])} (`,
          this.any(depth),
          ")",
        );
      case 13:
        return e("error(", v, ")");
      case 14:
        return e("string.format(", this.of("string", depth), ", ", v, ")");
      default:
        return e("- (", v, ")");
    }
  }
}
