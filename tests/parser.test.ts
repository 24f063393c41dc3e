import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Expr, FunctionBody, LocalVar, Statement } from "../src/parser/ast";
import { parseChunk } from "../src/parser/index";
import { LuaInt64 } from "../src/runtime/int64";
import { LuaSyntaxError } from "../src/runtime/syntax-error";
import { InputSource, readCorpus } from "./fuzz/syntax";

const parse = (source: string) => parseChunk(source, "=x");
const statements = (source: string) => parse(source).main.body.statements;

/** The message that a source is rejected with. */
function messageOf(source: string): string | undefined {
  try {
    parse(source);
    return undefined;
  } catch (e) {
    expect(e).toBeInstanceOf(LuaSyntaxError);
    return (e as LuaSyntaxError).message;
  }
}

/** The expression of `return …`. */
function expr(source: string): Expr {
  const [statement] = statements(`return ${source}`);
  if (statement?.type !== "Return") throw new Error("no return statement");
  return statement.exprs[0] as Expr;
}

type Node = { type: string; line: number } & Record<string, unknown>;

/** All nodes of one type, in the order of a walk through the fields. */
function nodes(root: unknown, type: string): Node[] {
  const found: Node[] = [];
  const seen = new Set<unknown>();
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    if ((value as Node).type === type) found.push(value as Node);
    for (const [key, child] of Object.entries(value)) if (key !== "label") walk(child);
  };
  walk(root);
  return found;
}

/** All local variables with a name, in order of declaration. */
function locals(source: string, name: string): LocalVar[] {
  const found = new Set<LocalVar>();
  const seen = new Set<unknown>();
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    if ("captured" in value && (value as LocalVar).name === name) found.add(value as LocalVar);
    for (const child of Object.values(value)) walk(child);
  };
  walk(parse(source));
  return [...found].sort((a, b) => a.id - b.id);
}

/** All functions of a chunk, in order of their ids. */
function functions(source: string): FunctionBody[] {
  const { main } = parse(source);
  const inner = nodes(main, "Function").map((n) => n["func"] as FunctionBody);
  return [main, ...inner.sort((a, b) => a.id - b.id)];
}

const upvalueNames = (f: FunctionBody | undefined) => f?.upvalues.map((v) => v.name);

/** Shows an expression with all its structure. */
function show(e: Expr): string {
  switch (e.type) {
    case "Integer":
      return e.value instanceof LuaInt64 ? `int64(${e.value.hi},${e.value.lo})` : `${e.value}`;
    case "Float":
      return `float(${e.value})`;
    case "String":
      return `'${e.value}'`;
    case "Local":
      return `local ${e.variable.name}`;
    case "Global":
      return e.name;
    case "Index":
      return `${show(e.object)}[${show(e.key)}]`;
    case "Call":
      return `${show(e.func)}(${e.args.map(show).join(", ")})`;
    case "MethodCall":
      return `${show(e.object)}:${e.name}(${e.args.map(show).join(", ")})`;
    case "Binary":
    case "Logical":
      return `(${show(e.left)} ${e.op} ${show(e.right)})`;
    case "Unary":
      return `(${e.op} ${show(e.operand)})`;
    case "Paren":
      return `paren ${show(e.inner)}`;
    case "Table":
      return `{${e.items.map((i) => (i.kind === "named" ? `[${show(i.key)}] = ` : "") + show(i.value)).join(", ")}}`;
    case "Function":
      return "function";
    default:
      return e.type;
  }
}

const SYNTAX: [string, string][] = [
  ["x", "x:1: syntax error near <eof>"],
  ["x y", "x:1: syntax error near 'y'"],
  ["x =", "x:1: unexpected symbol near <eof>"],
  ["x = }", "x:1: unexpected symbol near '}'"],
  ["x = = 'a\\nb'", "x:1: unexpected symbol near '='"],
  ["'a\\0b'", "x:1: unexpected symbol near ''a'"],
  ["= [=[\na]b]=]", "x:1: unexpected symbol near '='"],
  ["x = 1 2.50", "x:1: unexpected symbol near '2.50'"],
  ["end", "x:1: <eof> expected near 'end'"],
  ["do", "x:1: 'end' expected near <eof>"],
  ["do\n\nx = 1", "x:3: 'end' expected (to close 'do' at line 1) near <eof>"],
  ["if x then", "x:1: 'end' expected near <eof>"],
  ["if x\nthen\nelse\nelse end", "x:4: 'end' expected (to close 'if' at line 1) near 'else'"],
  ["if x do end", "x:1: 'then' expected near 'do'"],
  ["while x then end", "x:1: 'do' expected near 'then'"],
  ["repeat\nx()\n", "x:3: 'until' expected (to close 'repeat' at line 1) near <eof>"],
  ["for", "x:1: <name> expected near <eof>"],
  ["for 1", "x:1: <name> expected near '1'"],
  ["for i", "x:1: '=' or 'in' expected near <eof>"],
  ["for i do end", "x:1: '=' or 'in' expected near 'do'"],
  ["for i = 1 do end", "x:1: ',' expected near 'do'"],
  ["for i = 1, 2", "x:1: 'do' expected near <eof>"],
  ["for i, 1 in x do end", "x:1: <name> expected near '1'"],
  ["for i in x end", "x:1: 'do' expected near 'end'"],
  ["function", "x:1: <name> expected near <eof>"],
  ["function f", "x:1: '(' expected near <eof>"],
  ["function f(", "x:1: <name> or '...' expected near <eof>"],
  ["function f(a,", "x:1: <name> or '...' expected near <eof>"],
  ["function f(1) end", "x:1: <name> or '...' expected near '1'"],
  ["function f(a b) end", "x:1: ')' expected near 'b'"],
  ["function f(... , a) end", "x:1: ')' expected near ','"],
  ["function f(...a, b) end", "x:1: ')' expected near ','"],
  ["function f.1() end", "x:1: '(' expected near '.1'"],
  ["function f:a.b() end", "x:1: '(' expected near '.'"],
  ["function f()\n\n", "x:3: 'end' expected (to close 'function' at line 1) near <eof>"],
  ["local", "x:1: <name> expected near <eof>"],
  ["local 1", "x:1: <name> expected near '1'"],
  ["local function", "x:1: <name> expected near <eof>"],
  ["local function 1", "x:1: <name> expected near '1'"],
  ["local function f.x() end", "x:1: '(' expected near '.'"],
  ["local x <", "x:1: <name> expected near <eof>"],
  ["local x <const", "x:1: '>' expected near <eof>"],
  ["local x <foo> = 1", "x:1: unknown attribute 'foo'"],
  ["local <close> a, b", "x:1: multiple to-be-closed variables in local list"],
  ["local a <close>, b <close> = 1", "x:1: multiple to-be-closed variables in local list"],
  ["goto", "x:1: <name> expected near <eof>"],
  ["goto 1", "x:1: <name> expected near '1'"],
  ["::a", "x:1: '::' expected near <eof>"],
  ["::1::", "x:1: <name> expected near '1'"],
  ["::a:: ::a::", "x:1: label 'a' already defined on line 1"],
  ["do ::a:: end ::b::\n::b::", "x:2: label 'b' already defined on line 2"],
  ["break", "x:1: break outside loop near 'break'"],
  ["do break end", "x:1: break outside loop near 'break'"],
  ["while x do local function f() break end end", "x:1: break outside loop near 'break'"],
  ["goto x", "x:1: no visible label 'x' for <goto> at line 1"],
  ["do goto x end\ndo ::x:: end", "x:2: no visible label 'x' for <goto> at line 1"],
  ["goto x; local a; ::x:: a = 1", "x:1: <goto x> at line 1 jumps into the scope of 'a'"],
  ["goto x; local a <const> = 1; ::x:: f()", "x:1: <goto x> at line 1 jumps into the scope of 'a'"],
  ["goto x; global a; ::x:: f()", "x:1: variable 'f' not declared"],
  ["goto x; global *; ::x:: f()", "x:1: <goto x> at line 1 jumps into the scope of '*'"],
  ["repeat goto x; local a; ::x:: until a", "x:1: <goto x> at line 1 jumps into the scope of 'a'"],
  [
    "do goto x; local a; ::x::; ::y:: f() end",
    "x:1: <goto x> at line 1 jumps into the scope of 'a'",
  ],
  ["goto x; do ::x:: end", "x:1: no visible label 'x' for <goto> at line 1"],
  ["local function f() goto x end ::x::", "x:1: no visible label 'x' for <goto> at line 1"],
  ["f(", "x:1: unexpected symbol near <eof>"],
  ["f(1", "x:1: ')' expected near <eof>"],
  ["f(1\n,2", "x:2: ')' expected (to close '(' at line 1) near <eof>"],
  ["f(1,)", "x:1: unexpected symbol near ')'"],
  ["f{", "x:1: unexpected symbol near <eof>"],
  ["f{1,,2}", "x:1: unexpected symbol near ','"],
  ["f{1 2}", "x:1: '}' expected near '2'"],
  ["f{x = }", "x:1: unexpected symbol near '}'"],
  ["f{[1] 2}", "x:1: '=' expected near '2'"],
  ["f{[1", "x:1: ']' expected near <eof>"],
  ["a.1", "x:1: syntax error near '.1'"],
  ["a.", "x:1: <name> expected near <eof>"],
  ["a:", "x:1: <name> expected near <eof>"],
  ["a:b", "x:1: function arguments expected near <eof>"],
  ["a:b = 1", "x:1: function arguments expected near '='"],
  ["a[", "x:1: unexpected symbol near <eof>"],
  ["a[1", "x:1: ']' expected near <eof>"],
  ["a[]", "x:1: unexpected symbol near ']'"],
  ["(a", "x:1: ')' expected near <eof>"],
  ["(a\n", "x:2: ')' expected (to close '(' at line 1) near <eof>"],
  ["(a) = 1", "x:1: syntax error near '='"],
  ["(a.b) = 1", "x:1: syntax error near '='"],
  ["(f())", "x:1: syntax error near <eof>"],
  ["f() = 1", "x:1: syntax error near '='"],
  ["f(), x = 1", "x:1: syntax error near ','"],
  ["x, y", "x:1: '=' expected near <eof>"],
  ["x, f() = 1", "x:1: syntax error near '='"],
  ["x, 1 = 1", "x:1: unexpected symbol near '1'"],
  ["x, (y) = 1", "x:1: syntax error near '='"],
  ["x = function", "x:1: '(' expected near <eof>"],
  ["x = ...x", "x:1: syntax error near <eof>"],
  [
    "local function f() return ... end",
    "x:1: cannot use '...' outside a vararg function near '...'",
  ],
  ["return 1,", "x:1: unexpected symbol near <eof>"],
  ["return return", "x:1: unexpected symbol near 'return'"],
  ["return 1 x", "x:1: <eof> expected near 'x'"],
  ["do return end x = 1; return 1 end", "x:1: <eof> expected near 'end'"],
  ["a.b", "x:1: syntax error near <eof>"],
  ["a + 1", "x:1: syntax error near '+'"],
  ["1 = x", "x:1: unexpected symbol near '1'"],
  ["x = a b", "x:1: syntax error near <eof>"],
  ["x = a and", "x:1: unexpected symbol near <eof>"],
  ["x = not", "x:1: unexpected symbol near <eof>"],
  ["x = #", "x:1: unexpected symbol near <eof>"],
  ["x = - * 2", "x:1: unexpected symbol near '*'"],
  ["x = {...", "x:1: '}' expected near <eof>"],
  ["x = a..", "x:1: unexpected symbol near <eof>"],
  ["x = local", "x:1: unexpected symbol near 'local'"],
  ["x = goto", "x:1: unexpected symbol near 'goto'"],
  ["and", "x:1: unexpected symbol near 'and'"],
  ["x = 'a' 'b'", "x:1: unexpected symbol near ''b''"],
];

const VARIABLES: [string, string][] = [
  ["local x <const> = 1; x = 2", "x:1: attempt to assign to const variable 'x'"],
  ["local x <const> = f(); x = 2", "x:1: attempt to assign to const variable 'x'"],
  ["local x <close> = nil; x = 2", "x:1: attempt to assign to const variable 'x'"],
  ["local x <const> = 1; function x() end", "x:1: attempt to assign to const variable 'x'"],
  [
    "local x <const> = 1; local function f() x = 2 end",
    "x:1: attempt to assign to const variable 'x'",
  ],
  [
    "local x <const> = f(); local function g() x = 2 end",
    "x:1: attempt to assign to const variable 'x'",
  ],
  ["local x <const> = 1; y, x = 2", "x:1: attempt to assign to const variable 'x'"],
  ["for i = 1, 2 do i = 3 end", "x:1: attempt to assign to const variable 'i'"],
  ["for k, v in f do v = 1; k = 2 end", "x:1: attempt to assign to const variable 'k'"],
  ["local function f(...a) a = 1 end", "x:1: attempt to assign to const variable 'a'"],
  [
    "local function f(...a) return function() a = 1 end end",
    "x:1: attempt to assign to const variable 'a'",
  ],
  ["local <const> a, b = 1, 2\n\na = 3", "x:3: attempt to assign to const variable 'a'"],
  ["global x; y = 1", "x:1: variable 'y' not declared"],
  ["global x; local z = y", "x:1: variable 'y' not declared"],
  ["global x; local function f() return y end", "x:1: variable 'y' not declared"],
  ["do global * end global x; y = 1", "x:1: variable 'y' not declared"],
  ["global <const> x; x = 1", "x:1: attempt to assign to const variable 'x'"],
  ["global x <const>; x = 1", "x:1: attempt to assign to const variable 'x'"],
  ["global <const> *; x = 1", "x:1: attempt to assign to const variable 'x'"],
  ["global <const> *; function x() end", "x:1: attempt to assign to const variable 'x'"],
  ["global *, x", "x:1: unexpected symbol near ','"],
  ["global x <close>", "x:1: global variables cannot be to-be-closed"],
  ["global <close> *", "x:1: global variables cannot be to-be-closed"],
  ["global x <foo>", "x:1: unknown attribute 'foo'"],
  ["global _ENV; x = 1", "x:1: variable 'x' not declared"],
  ["global function _ENV() end", "x:1: _ENV is global when accessing variable '_ENV'"],
  ["global function", "x:1: <name> expected near <eof>"],
  ["global function 1", "x:1: <name> expected near '1'"],
  ["global x =", "x:1: unexpected symbol near <eof>"],
  ["global\nx y", "x:2: variable 'y' not declared"],
  ["global = 1 = 2", "x:1: unexpected symbol near '='"],
  ["global", "x:1: syntax error near <eof>"],
  ["global()\nx", "x:2: syntax error near <eof>"],
];

describe("messages", () => {
  test.each(SYNTAX)("%j", (source, message) => expect(messageOf(source)).toBe(message));
  test.each(VARIABLES)("%j", (source, message) => expect(messageOf(source)).toBe(message));
  test("name the chunk", () => {
    expect(() => parseChunk("\n\nx 'y", "@x.lua")).toThrow("x.lua:3: unfinished string near <eof>");
    expect(() => parseChunk("x", "x")).toThrow('[string "x"]:1: syntax error near <eof>');
  });
});

describe("expressions", () => {
  test.each([
    ["a + b * c - d", "((a + (b * c)) - d)"],
    ["a ^ b ^ c", "(a ^ (b ^ c))"],
    ["-a ^ b", "(- (a ^ b))"],
    ["a ^ -b", "(a ^ (- b))"],
    ["not a == b", "((not a) == b)"],
    ["a .. b .. c", "(a .. (b .. c))"],
    ["a .. b + c", "(a .. (b + c))"],
    ["a < b and b < c or d", "(((a < b) and (b < c)) or d)"],
    ["a | b ~ c & d << e .. f", "(a | (b ~ (c & (d << (e .. f)))))"],
    ["a >> b << c", "((a >> b) << c)"],
    ["#a // ~b % -c", "(((# a) // (~ b)) % (- c))"],
    ["(a + b) * c", "((a + b) * c)"],
    ["a or b and c", "(a or (b and c))"],
    ["a.b[c].d", "a['b'][c]['d']"],
    ["a.b:c(1)'s'{}", "a['b']:c(1)('s')({})"],
    ["(f()), (...)", "paren f()"],
    ["(a.b).c", "a['b']['c']"],
    ["('x'):m()", "'x':m()"],
    ["{1, x = 2, [3] = 4; f()}", "{1, ['x'] = 2, [3] = 4, f()}"],
    ["{a, b}", "{a, b}"],
    ["f(nil, true, false, ...)", "f(Nil, True, False, Vararg)"],
  ])("%s", (source, shown) => expect(show(expr(source))).toBe(shown));

  test.each([
    ["1 + 2 * 3", "7"],
    ["-1", "-1"],
    ["- -1", "1"],
    ["-0", "0"],
    ["-0.0", "(- float(0))"],
    ["-2 ^ 2", "float(-4)"],
    ["7 // 2", "3"],
    ["-7 // 2", "-4"],
    ["-7 % 3", "2"],
    ["7 % -3", "-2"],
    ["7.5 // 2", "float(3)"],
    ["-5.5 % 2", "float(0.5)"],
    ["1 / 2", "float(0.5)"],
    ["1 / 0", "(1 / 0)"],
    ["1 // 0", "(1 // 0)"],
    ["1 % 0", "(1 % 0)"],
    ["0.0 * 1", "(float(0) * 1)"],
    ["1 << 62", "int64(1073741824,0)"],
    ["1 << 63", "int64(-2147483648,0)"],
    ["1 << 64", "0"],
    ["~0", "-1"],
    ["5.0 & 3", "1"],
    ["5.5 & 3", "(float(5.5) & 3)"],
    ["9223372036854775807 + 1", "int64(-2147483648,0)"],
    ["2 ^ 53", "float(9007199254740992)"],
    ["1 < 2", "(1 < 2)"],
    ["'a' .. 'b'", "('a' .. 'b')"],
    ["not nil", "True"],
    ["not 1", "False"],
    ["not x", "(not x)"],
    ["true and x", "x"],
    ["nil or x", "x"],
    ["1 and f()", "paren f()"],
    ["nil and x", "(Nil and x)"],
    ["1 or x", "(1 or x)"],
  ])("folds %s as C Lua does", (source, shown) => expect(show(expr(source))).toBe(shown));
});

describe("scopes", () => {
  test("names refer to the innermost declaration before them", () => {
    const source = "local a; local function f() local a; return a end; do local a end return a";
    expect(locals(source, "a").map((v) => v.captured)).toEqual([false, false, false]);
    const [first] = locals(source, "a");
    const last = statements(source).at(-1) as Statement & { type: "Return" };
    expect(last.exprs[0]).toMatchObject({ type: "Local" });
    expect(show(last.exprs[0] as Expr)).toBe("local a");
    expect(first?.line).toBe(1);
  });

  test("a local is not visible in its own expressions, a local function is in its body", () => {
    expect(nodes(statements("local x = x"), "Global")).toHaveLength(1);
    expect(nodes(statements("local function x() return x end"), "Global")).toHaveLength(0);
    expect(nodes(statements("local x = function() return x end"), "Global")).toHaveLength(1);
    expect(nodes(statements("repeat local x until x"), "Global")).toHaveLength(0);
    expect(nodes(statements("do local x end return x"), "Global")).toHaveLength(1);
    expect(nodes(statements("for i = i, 2 do f(i) end"), "Global")).toHaveLength(2);
  });

  test("captured and assigned", () => {
    const flags = (source: string) => locals(source, "x").map((v) => [v.captured, v.assigned]);
    expect(flags("local x = 1; f(x)")).toEqual([[false, false]]);
    expect(flags("local x; x = 1")).toEqual([[false, true]]);
    expect(flags("local x; y, x = 1")).toEqual([[false, true]]);
    expect(flags("local x; function x() end")).toEqual([[false, true]]);
    expect(flags("local x; function x.y() end x.z = 1")).toEqual([[false, false]]);
    expect(flags("local x; return function() return x end")).toEqual([[true, false]]);
    expect(flags("local x; return function() x = 1 end")).toEqual([[true, true]]);
    expect(flags("local function f(x) return function() return x end end")).toEqual([
      [true, false],
    ]);
    expect(flags("for x = 1, 2 do f(function() return x end) end")).toEqual([[true, false]]);
    expect(flags("local x; local function f() local x = 2; return x end")).toEqual([
      [false, false],
      [false, false],
    ]);
  });

  test("kinds, lines and owners of variables", () => {
    const source =
      "local a,\nb <const>, c <close> = f()\nfor d, e in f do end for g = 1, 2 do end\n" +
      "function t:m(h,\n...i) end";
    const kinds = "abcdeghi".split("").map((n) => {
      const [v] = locals(source, n);
      return [n, v?.kind, v?.line, v?.func.id];
    });
    expect(kinds).toEqual([
      ["a", "regular", 1, 0],
      ["b", "const", 2, 0],
      ["c", "close", 2, 0],
      ["d", "for", 3, 0],
      ["e", "regular", 3, 0],
      ["g", "for", 3, 0],
      ["h", "param", 4, 1],
      ["i", "vararg", 5, 1],
    ]);
    expect(functions(source).map((f) => f.hasClose)).toEqual([true, false]);
  });

  test("prefixed attributes are the default for the list", () => {
    const source = "local <const> a, b <close>, c = f()";
    expect(["a", "b", "c"].map((n) => locals(source, n)[0]?.kind)).toEqual([
      "const",
      "close",
      "const",
    ]);
  });

  test("functions know their parameters, varargs and lines", () => {
    const [main, m, g] = functions(
      "\nfunction t.a:m(x, ...)\n return ...\nend\nlocal g = function\n(...args)\n\nend",
    );
    expect(main).toMatchObject({ id: 0, parent: undefined, isVararg: true, line: 0, endLine: 8 });
    expect(m).toMatchObject({ id: 1, isVararg: true, usesVararg: true, line: 2, endLine: 4 });
    expect(m?.params.map((v) => v.name)).toEqual(["self", "x"]);
    expect(m?.parent).toBe(main);
    expect(m?.varargTable).toBeUndefined();
    expect(g).toMatchObject({ isVararg: true, usesVararg: false, line: 6, endLine: 8 });
    expect(g?.params).toEqual([]);
    expect(g?.varargTable).toMatchObject({ name: "args", kind: "vararg" });
  });

  test("upvalues come in the order of their first use, through all functions between", () => {
    const [main, f, g] = functions(
      "local a, b, c; function f() local d; return function() print(c, d); a = b; c = b end end",
    );
    expect(upvalueNames(main)).toEqual(["_ENV"]);
    expect(upvalueNames(f)).toEqual(["_ENV", "c", "a", "b"]);
    expect(upvalueNames(g)).toEqual(["_ENV", "c", "d", "a", "b"]);
    expect(g?.upvalues[1]).toBe(f?.upvalues[1]);
  });

  test("_ENV is an upvalue only where it is used", () => {
    const chunk = parse("local function f() return 1 end");
    expect(chunk.main.upvalues).toEqual([chunk.env]);
    expect(upvalueNames(functions("local function f() return 1 end")[1])).toEqual([]);
    expect(upvalueNames(functions("local function f() x = 1 end")[1])).toEqual(["_ENV"]);
    const [, inner] = functions("local _ENV = {}; function f() x = 1 end");
    expect(inner?.upvalues[0]?.func.id).toBe(0);
    const [own] = nodes(statements("local _ENV <const> = nil; return x"), "Global");
    expect(((own as Node)["env"] as LocalVar).constant).toBeUndefined();
    expect(((own as Node)["env"] as LocalVar).func.id).toBe(0);
  });

  test("compile-time constants stand for themselves and are never captured", () => {
    const source = "local x <const> = 1 << 4; return function() return x + 1, -x, x end";
    const [x] = locals(source, "x");
    expect(x?.constant).toMatchObject({ type: "Integer", value: 16 });
    expect(x?.captured).toBe(false);
    const [, f] = functions(source);
    expect(upvalueNames(f)).toEqual([]);
    const returned = f?.body.statements[0] as Statement & { type: "Return" };
    expect(returned.exprs.map(show)).toEqual(["17", "-16", "16"]);
  });

  test.each([
    ["local x <const> = nil", "Nil"],
    ["local x <const> = true", "True"],
    ["local x <const> = not 1", "False"],
    ["local x <const> = 'a'", "'a'"],
    ["local x <const> = 2.5", "float(2.5)"],
    ["local a <const>, x <const> = f(), (7)", "7"],
    ["local y <const> = 3; local x <const> = y * 2", "6"],
    ["local x <const> = true and 1", "1"],
  ])("%s is a compile-time constant", (source, shown) => {
    const [x] = locals(source, "x");
    expect(show(x?.constant as Expr)).toBe(shown);
  });

  test.each([
    "local x = 1",
    "local x <const> = f()",
    "local x <const>",
    "local x <const>, a <const> = 1, 2",
    "local x <const> = 1, 2",
    "local x <const> = 'a' .. 'b'",
    "local x <const> = 1 < 2",
    "local x <const> = {}",
    "local x <close> = nil",
    "local x <const> = nil and 1",
  ])("%s is no compile-time constant", (source) => {
    expect(locals(source, "x")[0]?.constant).toBeUndefined();
  });
});

describe("global declarations", () => {
  test.each([
    "global x; x = 1",
    "global x, y <const>; x = y",
    "global *; x = 1",
    "global x; global *; y = 1",
    "global <const> *; global x; x = y",
    "do global x end y = 1",
    "global <const> x = 1",
    "global function f() return f end f()",
    "global x; local y; local function f() return x, y end",
    "local x; global <const> x; local x; x = 1",
    "global = 1; global.x = 2; global(); global{}; global 'x'; global, a = 1",
    "local global = 1; return global",
    "goto global; ::global::",
    "global global; global = 1",
    "global x; local _ENV = {}; x = 1",
  ])("%s is accepted", (source) => expect(messageOf(source)).toBeUndefined());

  test("leave a statement only when they have values", () => {
    expect(statements("global x, y; global *")).toEqual([]);
    const [init, func] = statements("global x, y = 1\nglobal function f() end");
    expect(init).toMatchObject({ type: "Global", targets: [{ name: "x" }, { name: "y" }] });
    expect(func).toMatchObject({ type: "GlobalFunction", line: 2, target: { name: "f" } });
  });
});

describe("labels", () => {
  test("know where their gotos stand", () => {
    const flags = (source: string) =>
      nodes(statements(source), "Label").map((n) => [n["name"], n["forward"], n["backward"]]);
    expect(flags("::a:: goto a")).toEqual([["a", false, true]]);
    expect(flags("goto a; ::a::")).toEqual([["a", true, false]]);
    expect(flags("goto a; ::a:: do goto a end")).toEqual([["a", true, true]]);
    expect(flags("::a::")).toEqual([["a", false, false]]);
    expect(flags("::a::; ::b:: goto b")).toEqual([
      ["a", false, false],
      ["b", false, true],
    ]);
  });

  test("a goto takes the label of the innermost block that has one", () => {
    const source = "do goto a; do ::a:: end ::a:: end ::a::";
    const [go] = nodes(statements(source), "Goto");
    const labels = nodes(statements(source), "Label");
    expect(labels.map((n) => n["id"])).toEqual([0, 1, 2]);
    expect(((go as Node)["label"] as Node)["id"]).toBe(1);
  });

  test.each([
    "goto a; local x; ::a::",
    "goto a; local x; ::a:: ; ::b::;;",
    "do goto a; local x; ::a:: end",
    "goto a; do local x end ::a:: f()",
    "local x; ::a:: f(); goto a",
    "do ::a:: end ::a::",
    "::a:: local function f() ::a:: end",
    "while x do break; f() end",
    "for i = 1, 2 do if i then break end end",
    "repeat break until x",
  ])("%s is accepted", (source) => expect(messageOf(source)).toBeUndefined());
});

describe("lines are those that C Lua reports", () => {
  const line = (source: string, type: string, index = 0) =>
    nodes(statements(source), type)[index]?.line;

  test("operators", () => {
    expect(line("x = a\n+\nb", "Binary")).toBe(2);
    expect(line("x = a\n<\nb", "Binary")).toBe(3);
    expect(line("x = a\n..\nb\n..\nc", "Binary", 0)).toBe(4);
    expect(line("x = a\n..\nb\n..\nc", "Binary", 1)).toBe(4);
    expect(line("x = \n-\na", "Unary")).toBe(2);
    expect(line("x = a\nand\nb", "Logical")).toBe(2);
  });

  test("calls", () => {
    expect(line("f\n(\n1\n)", "Call", 1)).toBe(2);
    expect(line("f\n.g\n.h\n{\n}", "Call", 1)).toBe(4);
    expect(line("f\n[[a\nb]]", "Call", 1)).toBe(3);
    const [call] = nodes(statements("a\n:\nm\n(\n)"), "MethodCall");
    expect([call?.["nameLine"], call?.line]).toEqual([3, 4]);
  });

  test("accesses", () => {
    expect(line("local a = t\n.x\n.y", "Index", 0)).toBe(3);
    expect(line("local a = t\n.x\n.y", "Index", 1)).toBe(2);
    expect(line("local a = t\n.x\n+\n1", "Index")).toBe(3);
    expect(line("local a = (t\n.x\n)\n+\n1", "Index")).toBe(3);
    expect(line("f(t\n.x\n)", "Index")).toBe(3);
    expect(line("f(t.x\n,\n1)", "Index")).toBe(2);
    expect(line("local a = {t.x\n\n}", "Index")).toBe(3);
    expect(line("local a = {t.x\n,\n1}", "Index")).toBe(2);
    expect(line("t.x\n:m()", "Index")).toBe(2);
    expect(line("t.x\n=\n1\n", "Index")).toBe(3);
    expect(line("function t\n.x\n.y() end", "Index", 0)).toBe(1);
    expect(line("function t\n.x\n.y() end", "Index", 1)).toBe(2);
  });

  test("statements", () => {
    expect(line("\nfor i = 1,\n2\ndo end", "NumericFor")).toBe(4);
    expect(line("for k in\nf\ndo end", "GenericFor")).toBe(2);
    expect(line("return\nf(),\n1\n", "Return")).toBe(3);
    expect(line("local x <close>\n=\nf()", "Local")).toBe(3);
    expect(line("\nlocal x\n=\nf()", "Local")).toBe(2);
    expect(line("global x\n=\n1", "Global")).toBe(3);
    const [branch] = nodes(statements("if a\nthen\nelseif b then\n\nelse\nend"), "If");
    expect(branch).toMatchObject({
      clauses: [
        { line: 1, body: { endLine: 3 } },
        { line: 3, body: { endLine: 5 } },
      ],
      orelse: { endLine: 6 },
    });
  });

  test("constructor items", () => {
    const [table] = nodes(statements("t = {[a] =\n1,\nb = 2}"), "Table");
    expect(((table as Node)["items"] as { line: number }[]).map((i) => i.line)).toEqual([2, 3]);
  });
});

describe("limits", () => {
  const many = (s: string, n: number) => s.repeat(n);

  test.each<[string, (n: number) => string, number]>([
    ["parentheses", (n) => `x=${many("(", n)}1${many(")", n)}`, 195],
    ["blocks", (n) => many("do ", n) + many("end ", n), 197],
    ["functions", (n) => many("function f() ", n) + many("end ", n), 197],
    ["else branches", (n) => many("if x then else ", n) + many("end ", n), 196],
    ["concatenations", (n) => `x=${many("a..", n)}1`, 195],
    ["powers", (n) => `x=${many("a^", n)}1`, 195],
    ["unary operators", (n) => `x=${many("not ", n)}a`, 195],
    ["constructors", (n) => `x=${many("{", n)}${many("}", n)}`, 196],
    ["calls", (n) => `x=${many("f(", n)}${many(")", n)}`, 196],
    ["assignments", (n) => `x${many(",x", n)}=1`, 195],
    ["global declarations", (n) => `global x${many(",x", n)}=1`, 194],
    ["labels", (n) => Array.from({ length: n }, (_, i) => `::l${i}::`).join(" "), 197],
  ])("nested %s", (_, source, most) => {
    expect(messageOf(source(most))).toBeUndefined();
    expect(messageOf(source(most + 1))).toBe("C stack overflow");
    expect(messageOf(source(20000))).toBe("C stack overflow");
  });

  test("variables, upvalues, registers", () => {
    const near = (what: string, limit: number, where: string, token: string) =>
      `x:1: too many ${what} (limit is ${limit}) in ${where} near ${token}`;
    expect(messageOf(many("local x ", 200))).toBeUndefined();
    expect(messageOf(many("local x ", 201))).toBe(
      near("local variables", 200, "main function", "<eof>"),
    );
    expect(messageOf(`local function f(x${many(",x", 200)}) end`)).toBe(
      near("local variables", 200, "function at line 1", "')'"),
    );
    expect(messageOf(many("local x <const> = 1 ", 1000))).toBeUndefined();
    expect(messageOf(many("do local x end ", 1000))).toBeUndefined();
    const up = (n: number) => {
      const names = Array.from({ length: n }, (_, i) => `v${i}`);
      const half = names.slice(0, 150).map((v) => `local ${v} `);
      const rest = names.slice(150).map((v) => `local ${v} `);
      const inner = `function() return ${names.join("+")} end`;
      return `${half.join("")} function f() ${rest.join("")} return ${inner} end`;
    };
    expect(messageOf(up(255))).toBeUndefined();
    expect(messageOf(up(256))).toBe(near("upvalues", 255, "function at line 1", "'end'"));
    expect(messageOf(`f(x${many(",x", 253)})`)).toBeUndefined();
    expect(messageOf(`f(x${many(",x", 254)})`)).toBe(
      near("registers", 255, "main function", "<eof>"),
    );
    expect(messageOf(`return x${many(",x", 254)}`)).toBe(
      near("returns", 255, "main function", "<eof>"),
    );
    expect(messageOf(`x = {x${many(",x", 1000)}}`)).toBeUndefined();
    expect(messageOf(many("goto x ", 32768))).toBe("too many labels/gotos (limit is 32767)");
    expect(messageOf(many("global x ", 32768))).toBe(
      "too many variable declarations (limit is 32767)",
    );
  });

  test("chains to the left and lists of branches have no limit", () => {
    expect(show(expr(`1${many(" + 1", 100000)}`))).toBe("100001");
    for (const source of [
      `x = a${many(" + a", 100000)}`,
      `x = a${many(".b", 100000)}`,
      `f${many("()", 100000)}`,
      `x = a${many(" and a", 100000)}`,
      `if a then ${many("elseif b then ", 50000)} end`,
      `x = 1${many(";;", 100000)}`,
    ]) {
      expect(messageOf(source)).toBeUndefined();
    }
  });
});

test("whatever the input, it is parsed or rejected with a syntax error", () => {
  const source = new InputSource(20, readCorpus(join(import.meta.dirname, "lua")));
  let accepted = 0;
  for (let i = 0; i < 5000; i++) if (messageOf(source.next()) === undefined) accepted++;
  expect(accepted).toBeGreaterThan(200);
  expect(accepted).toBeLessThan(4800);
});
