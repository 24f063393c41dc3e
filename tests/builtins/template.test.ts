import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { harness, luaString } from "./harness";

const { run, failure } = harness();
const folder = mkdtempSync(join(tmpdir(), "template-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

const render = async (template: string, vars = "{}", options = "{}") =>
  (
    await run(`return template.render_string(..., ${vars}, ${options})`.replace("...,", "(...),"), [
      template,
    ])
  )[0];

describe("Jinja2", () => {
  test("values print as they are", async () => {
    expect(
      await render(
        "{{ s }} {{ i }} {{ f }} {{ big }} {{ t }} {{ n }} [{{ nothing }}] {{ list }} {{ map }}",
        `{s = "é", i = 2, f = 2.0, big = math.maxinteger, t = true, n = json.null,
          list = {1, 2.5, "x", json.null, {}}, map = {b = 1, a = {x = 1.0}, [1] = true}}`,
      ),
    ).toBe(
      'é 2 2.0 9223372036854775807 true none [] [1, 2.5, "x", none, {}] {"1": true, "a": {"x": 1.0}, "b": 1}',
    );
  });

  test.each([
    [
      "{{ a.b.c }} {{ a['b'].c }} {{ xs[0] }} {{ xs[-1] }}",
      "{a = {b = {c = 1}}, xs = {1, 2}}",
      "1 1 1 2",
    ],
    [
      "{% for x in xs %}{{ loop.index }}:{{ x.y }}{% if not loop.last %},{% endif %}{% endfor %}",
      "{xs = {{y = 'a'}, {y = 'b'}}}",
      "1:a,2:b",
    ],
    ["{% for x in xs if x is odd %}{{ x }}{% else %}none{% endfor %}", "{xs = {1, 2, 3}}", "13"],
    ["{% for x in xs %}{% else %}none{% endfor %}", "{}", "none"],
    [
      "{% for k, v in m|items %}{{ k }}{{ v }};{% endfor %}{% for k in m %}{{ k }}{% endfor %}",
      "{m = {b = 2, a = 1}}",
      "a1;b2;ab",
    ],
    [
      "{% for n in t recursive %}{{ n.v }}({{ loop(n.c) }}){% endfor %}",
      "{t = {{v = 1, c = {{v = 2, c = json.array()}}}}}",
      "1(2())",
    ],
    ["{% if a %}A{% elif b %}B{% else %}C{% endif %}", "{b = 1}", "B"],
    ["{% set x = 1 %}{% set y %}<{{ x }}>{% endset %}{{ y }}", "{}", "<1>"],
    ["{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}", "{}", "3"],
    [
      "{% macro m(a, b=2) %}{{ a }}{{ b }}{{ caller() if caller }}{% endmacro %}{{ m(1) }}{% call m(1, b=3) %}!{% endcall %}",
      "{}",
      "1213!",
    ],
    [
      "{% filter upper %}x{{ 1 }}{% endfilter %}{% raw %}{{ x }}{% endraw %}{# gone #}",
      "{}",
      "X1{{ x }}",
    ],
    [
      "{% set ns = namespace(n=0) %}{% for i in range(3) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}",
      "{}",
      "3",
    ],
    ["a {%- if true -%} b {%- endif -%} c", "{}", "abc"],
    ["x\n\n", "{}", "x\n"],
    [
      "{{ 'x'|upper }} {{ xs|length }} {{ xs|join('-') }} {{ xs|sort|first }} {{ 'a b'|title }}",
      "{xs = {3, 1}}",
      "X 2 3-1 1 A B",
    ],
    [
      "{{ nope|default('d') }} {{ 3.14159|round(2) }} {{ '42'|int + 1 }} {{ [1, 2]|sum }}",
      "{}",
      "d 3.14 43 3",
    ],
    [
      "{{ 7 / 2 }} {{ 7 // 2 }} {{ 2 ** 10 }} {{ 'a' ~ 1 }} {{ 1 in [1] }} {{ not true }}",
      "{}",
      "3.5 3 1024 a1 true false",
    ],
    [
      "{{ x is defined }} {{ y is none }} {{ 4 is divisibleby(2) }} {{ 'a' is string }}",
      "{y = json.null}",
      "false true true true",
    ],
    [
      "{{ s.upper() }} {{ s.split('-')[1] }} {% for k, v in m.items() %}{{ k }}={{ v }};{% endfor %}",
      "{s = 'a-b', m = {x = 1, y = 'z'}}",
      "A-B b x=1;y=z;",
    ],
    ['{{ v }} {{ v|e }} {{ "/\'"|escape }}', "{v = '<&>'}", "<&> &lt;&amp;&gt; &#x2f;&#x27;"],
  ])("%s", async (template, vars, expected) => {
    expect(await render(template, vars)).toBe(expected);
  });

  test("auto-escape is an option", async () => {
    expect(await render("{{ v }} {{ v|safe }}", "{v = '<'}", "{autoescape = true}")).toBe("&lt; <");
    expect(
      await render("{% autoescape true %}{{ v }}{% endautoescape %}{{ v }}", "{v = '<'}"),
    ).toBe("&lt;<");
  });

  test.each([
    ["a\n{% if %}", "syntax error: unexpected end of block (in <string>:2)"],
    ["{% frob %}", "syntax error: unknown statement frob (in <string>:1)"],
    ["a\nb\n{{ x.y.z }}", "undefined value (in <string>:3)"],
    ["{{ 1|nope }}", "unknown filter: filter nope is unknown (in <string>:1)"],
    ["{{ 1 is nope }}", "unknown test: test nope is unknown (in <string>:1)"],
    ["{{ nope() }}", "unknown function: nope is unknown (in <string>:1)"],
    ["{{ s.encode() }}", "unknown method: string has no method named encode (in <string>:1)"],
    [
      '{% include "nope" %}',
      'template not found: tried to include non-existing template "nope" (in <string>:1)',
    ],
    [
      "{{ 1 + 'a' }}",
      "invalid operation: tried to use + operator on unsupported types number and string (in <string>:1)",
    ],
  ])("%j fails", async (template, cause) => {
    expect(await failure(`template.render_string(${luaString(template)}, {s = "x"})`)).toBe(
      `template.render_string: ${cause}`,
    );
  });

  test("variables that can't go in", async () => {
    expect(await failure('template.render_string("", 1)')).toBe(
      "template.render_string: second argument must be a table or nil",
    );
    expect(await failure('template.render_string("", {a = {print}})')).toBe(
      "template.render_string: unsupported Lua type for JSON: function at .a[1]",
    );
    expect(await failure('template.render_string("", {a = "\\xff"})')).toBe(
      "template.render_string: string is not valid UTF-8 at .a",
    );
    expect(await failure('template.render_string("a\\n\\xff")')).toBe(
      "template.render_string: invalid UTF-8 at line 2 column 1",
    );
  });

  test("files: inheritance, includes, imports", async () => {
    file("base.html", "<h>{% block a %}base{% endblock %}</h>{{ v }}\n");
    const child = file(
      "child.html",
      '{% extends "base.html" %}{% block a %}{{ super() }}+{% include "sub/inc.txt" %}{% endblock %}\n',
    );
    file("sub/inc.txt", "inc {{ v }}\n");
    file("macros.j2", "{% macro m(x) %}[{{ x }}]{% endmacro %}");
    const user = file(
      "user.yaml",
      "{% from 'macros.j2' import m %}v: {{ m(v) }}{% import \"macros.j2\" as l %}{{ l.m(1) }}",
    );
    expect(
      await run(`return template.render(..., {v = "<"})`.replace("...", "(...)"), [child]),
    ).toEqual(["<h>base+inc <</h><"]);
    expect(
      await run(`return template.render((...), {v = "<"}, {autoescape = true})`, [child]),
    ).toEqual(["<h>base+inc &lt;</h>&lt;"]);
    expect(await run(`return template.render((...), {v = "x"})`, [user])).toEqual(["v: [x][1]"]);
    expect(
      await run(`return template.render_with_loader((...), "child.html", {v = 1})`, [folder]),
    ).toEqual(["<h>base+inc 1</h>1"]);
  });

  test("the first name stays in the folder, too", async () => {
    file("plain.txt", "plain");
    file(".env", "secret");
    file("inner/x.txt", "x");
    expect(await run(`return template.render_with_loader((...), "/plain.txt")`, [folder])).toEqual([
      "plain",
    ]);
    const inner = luaString(`${folder}/inner`);
    for (const [dir, name] of [
      [inner, "../plain.txt"],
      [inner, "x/../../plain.txt"],
      [luaString(folder), ".env"],
    ])
      expect(await failure(`template.render_with_loader(${dir}, "${name}")`)).toBe(
        `template.render_with_loader: template "${name}" not found: names lead to no hidden files and not out of the folder`,
      );
  });

  test("names of templates may be computed, lists, and missing", async () => {
    file("one.txt", "1{% include next %}");
    file("deep/two.txt", "2");
    const options = `{dir = ${luaString(folder)}}`;
    expect(await render('{% include "one.txt" %}', '{next = "deep/two.txt"}', options)).toBe("12");
    expect(
      await render(
        '{% include ["nope", "deep/two.txt"] %}{% include "nope" ignore missing %}',
        "{}",
        options,
      ),
    ).toBe("2");
    const bad = file("bad.txt", "x\n{% if %}");
    expect(await failure(`template.render(${luaString(bad)})`)).toBe(
      `template.render: syntax error: unexpected end of block (in ${bad}:2)`,
    );
    expect(await failure(`template.render_string('{% include "bad.txt" %}', {}, ${options})`)).toBe(
      "template.render_string: syntax error: unexpected end of block (in bad.txt:2)",
    );
    expect(await failure(`template.render("/nope/x")`)).toBe(
      'template.render: failed to read "/nope/x": No such file or directory (os error 2)',
    );
  });

  test("the host is out of reach", async () => {
    const secret = file("outside.txt", "secret");
    const inner = join(folder, "inner");
    mkdirSync(inner, { recursive: true });
    const options = `{dir = ${luaString(inner)}}`;
    for (const name of ["../outside.txt", secret, "./../outside.txt", "a/../../outside.txt"])
      expect(
        await failure(`template.render_string('{% include "${name}" %}', {}, ${options})`),
      ).toMatch(/^template\.render_string: template not found/);
    expect(
      await failure(
        `template.render_string('{% include n %}', {n = "../outside.txt"}, ${options})`,
      ),
    ).toMatch(/^template\.render_string: template not found/);
    const probes = ["constructor", "__proto__", "prototype", "toString", "__class__", "valueOf"];
    for (const name of probes)
      for (const v of ["s", "n", "m", "l", "f"])
        expect(
          await render(
            `[{{ ${v}.${name} }}{{ ${v}["${name}"] }}]`,
            `{s = "x", n = 1, m = {}, l = {1}, f = 1.5}`,
          ),
        ).toBe("[]");
    for (const call of [
      "globalThis",
      "process.env",
      "self",
      "require('fs')",
      "m.constructor.constructor('return 1')()",
    ])
      expect(
        await run(`return pcall(template.render_string, (...), {m = {}})`, [`{{ ${call} }}`]),
      ).not.toContain("1");
    expect(
      await render(
        "{{ m.__proto__ }}{{ m.constructor }}",
        "{m = {__proto__ = 1, constructor = 2}}",
      ),
    ).toBe("12");
  });

  test("loops, memory and recursion are bounded", async () => {
    expect(
      await failure(
        `template.render_string("{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}")`,
      ),
    ).toBe(
      "template.render_string: invalid operation: the template takes too long (in <string>:1)",
    );
    for (let i = 0; i < 3; i++) {
      expect(await failure(`template.render_string("{{ 'x' * 1900000000 }}")`)).toBe(
        "template.render_string: the template takes too much memory",
      );
      expect(await render("{{ 1 + 1 }}")).toBe("2");
    }
    expect(
      await failure(`template.render_string("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}")`),
    ).toMatch(/recursion limit exceeded/);
    expect(await failure(`template.render_string("{{ " .. ("("):rep(100000))`)).toMatch(
      /recursion limit/,
    );
    expect(await run("local t = {} t.t = t return pcall(template.render_string, '', t)")).toEqual([
      false,
      "template.render_string: cycle: .t is the table at the top again",
    ]);
  });

  test("the time of the caller holds", async () => {
    const started = performance.now();
    const source = `return pcall(template.render_string,
      "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}")`;
    await expect(harness({ timeout: 200 }).run(source)).rejects.toMatchObject({
      reason: "timeout",
    });
    expect(performance.now() - started).toBeLessThan(1500);
  });

  test("large templates and results take linear time", async () => {
    const started = performance.now();
    expect(await run(`return #template.render_string(("{{ 1 }} text\\n"):rep(50000))`)).toEqual([
      349_999,
    ]);
    expect(await run(`return #template.render_string("{{ 'x' * 100000000 }}")`)).toEqual([1e8]);
    expect(
      await run(
        `return #template.render_string(("{% include "):rep(50000) .. "'x' %}", {}):sub(1, 0)`,
      ).catch((e) => (e as Error).message),
    ).toMatch(/syntax error/);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe("Eta", () => {
  const eta = async (template: string, vars = "{}", options = "{}") =>
    (await run(`return template.eta((...), ${vars}, ${options})`, [template]))[0];

  test.each([
    ["Hi <%= name %>, <%~ name %>", "{name = '<b>'}", "Hi &lt;b&gt;, <b>"],
    ["<% for i, x in ipairs(xs) do %><%= i %>=<%= x %>;<% end %>", "{xs = {'a', 'b'}}", "1=a;2=b;"],
    ["<% if it.on then %>on<% else %>off<% end %>", "{on = true}", "on"],
    ["<%= nil %>|<%= 1 %>|<%= 2.0 %>|<%= true %>", "{}", "|1|2.0|true"],
    ["<%= string.upper(s) %> <% local y = s .. s %><%= y %>", "{s = 'é'}", "é éé"],
    ["<%= s:upper() %>", "{s = 'a'}", "A"],
    ["<% -- it's a \"comment %>x<% -- and -%>\ny", "{}", "xy"],
    ['<%= \'%>\' %><%= "%\\">" %><%~ [==[%>]==] %>', "{}", "%&gt;%&quot;&gt;%>"],
    ["<% --[[ %> ]] x = 1 %><%= x %>", "{}", "1"],
    ["<% local function b(s) %>[<%= s %>]<% end b(1) b(2) %>", "{}", "[1][2]"],
    ["a\r\nb\rc\\n\\'`$ <%= 1 %>\\", "{}", "a\r\nb\rc\\n\\'`$ 1\\"],
    ["a <%_ x = 1 _%> b <%- y = 2 -%> c", "{}", "ab  c"],
    ["<%= a, b %>", "{a = 1, b = 2}", "1"],
    ["", "{}", ""],
  ])("%j", async (template, vars, expected) => {
    expect(await eta(template, vars)).toBe(expected);
  });

  test("escaping can be switched off; bytes pass", async () => {
    expect(await eta("<%= x %>", "{x = '<'}", "{escape = false}")).toBe("<");
    expect(
      await run(`return template.eta("\\xff<%= x %>\\0", {x = "\\xfe"}) == "\\xff\\xfe\\0"`),
    ).toEqual([true]);
  });

  test("newlines behind tags", async () => {
    const template = "<%= 1 %>\n<% x = 2 %>\n<%= x -%>\n.";
    expect(await eta(template)).toBe("12.");
    expect(await eta(template, "{}", "{trim = false}")).toBe("1\n\n2.");
  });

  test("code may wait, also in __tostring", async () => {
    expect(
      await eta(
        "<% sleep(0.001) %><%= f() %><%= o %>",
        `{f = function() sleep(0.001) return "f" end,
          o = setmetatable({}, {__tostring = function() sleep(0.001) return "<o>" end})}`,
      ),
    ).toBe("f&lt;o&gt;");
  });

  test("templates see the script's globals and keep their own", async () => {
    expect(
      await run(`shared = 1
        local s = template.eta("<%= shared %><% shared = 2; own = 3 %><%= shared %>", {})
        return s, shared, own`),
    ).toEqual(["12", 1, undefined]);
    expect(await run(`return template.eta("<% x = 2 %><%= x %><%= it.x %>", {x = 1})`)).toEqual([
      "21",
    ]);
  });

  test.each([
    ["a\n<% if %>", "template:2: unexpected symbol near <eof>"],
    ["a\n\n<%= x.y %>", "template:3: attempt to index a nil value (global 'x')"],
    ["<% local s = [[\n\n]] %>\n<%= nil .. s %>", "template:4: attempt to concatenate a nil value"],
    ["<%= 1 %>\n\n<% error('boom') %>", "template:3: boom"],
    ["a\n<%= 1", "template:2: unclosed tag"],
    ["<% end %>", "template:1: <eof> expected near 'end'"],
    ["a\n<%= 'x %>", "template:2: unfinished string near ''x)'"],
  ])("%j fails", async (template, cause) => {
    expect(await failure(`template.eta(${luaString(template)})`)).toMatch(
      new RegExp(`^template\\.eta: ${cause.split(" near ")[0]?.replace(/[().]/g, "\\$&")}`),
    );
  });

  test("what is missing in a tag is missed at what the template has there", async () => {
    for (const [template, near] of [
      ["<% if a %>x", "%>"],
      ["<% if a %><%= b %>", "<%="],
      ["<% if a %><%~ b %>", "<%~"],
    ] as const)
      expect(await failure(`template.eta(${luaString(template)})`)).toBe(
        `template.eta: template:1: 'then' expected near '${near}'`,
      );
  });

  test("errors that are no strings stay what they are", async () => {
    expect(
      await run(`local e = {} local ok, v = pcall(template.eta, "<% error(e) %>", {e = e})
        return ok, v == e`),
    ).toEqual([false, true]);
  });

  test("files and includes", async () => {
    const page = file(
      "page.eta",
      '<ul>\n<% for _, x in ipairs(xs) do -%>\n<li><%= x %></li>\n<% end -%>\n</ul><%~ include("part.eta", {n = 1}) %>',
    );
    file("part.eta", "P<%= n %>");
    file("loop.eta", '<%~ include("loop.eta") %>');
    const broken = file("broken.eta", "a\n<%= nil .. 1 %>");
    expect(await run(`return template.eta_file((...), {xs = {"a", "<"}})`, [page])).toEqual([
      "<ul>\n<li>a</li>\n<li>&lt;</li>\n</ul>P1",
    ]);
    expect(await failure(`template.eta_file(${luaString(broken)})`)).toMatch(
      /^template\.eta_file: .*broken\.eta:2: attempt to concatenate a nil value/,
    );
    const options = `{dir = ${luaString(folder)}}`;
    expect(await failure(`template.eta("<%~ include('loop.eta') %>", {}, ${options})`)).toMatch(
      /templates include each other too deeply/,
    );
    for (const name of ["../x", "/etc/passwd", "a/../../x"])
      expect(await failure(`template.eta("<%~ include('${name}') %>", {}, ${options})`)).toMatch(
        /not below the templates' folder/,
      );
  });

  test("JavaScript is out of reach", async () => {
    for (const name of ["globalThis", "this", "constructor", "__proto__", "Function", "eval"])
      expect(await eta(`<%= type(${name}) %>`)).toBe("nil");
    expect(await failure("template.eta('<%= ``) %>')")).toMatch(/^template\.eta: template:1:/);
  });

  test("large templates take linear time", async () => {
    const started = performance.now();
    expect(await run(`return #template.eta(("<%= 1 %> text\\n"):rep(20000))`)).toEqual([140_000]);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
