-- §3.1 Lexical Conventions
-- strings: escapes, long brackets, line breaks
assert("\a\b\f\n\r\t\v\\\"\'" == "\7\8\12\10\13\9\11\92\34\39")
assert("\x41\65\0657" == "AAA7" and "\u{48}\u{20AC}" == "H\xE2\x82\xAC")
assert("\u{7FFFFFFF}" == "\xFD\xBF\xBF\xBF\xBF\xBF")
assert("a\z
        b" == "ab" and "a\
b" == "a\nb")
assert([[
first newline dropped]] == "first newline dropped")
assert([==[a]]b]=]c]==] == "a]]b]=]c")
assert([[\n]] == "\\n" and #[[

]] == 1)
assert(load("return [[a\r\nb\rc\n\rd]]")() == "a\nb\nc\nd")
assert('"' == "\"" and "'" == '\'')

-- comments
--[[ long
comment ]] assert(true)
--[==[ ]] ]=] ]==] assert(true)
---[[ short
assert(true)
--]]
assert(load("-- comment without newline"))

-- numerals
assert(3 == 0x3 and 345 == 0x159 and 0xff == 255 and 0XA == 10 and 0xBEBADA == 12499674)
assert(3.0 == 3. and .5 == 0.5 and 314.16e-2 == 3.1416 and 0.31416E1 == 3.1416 and 34e1 == 340)
assert(0x0.1E == 0.1171875 and 0xA23p-4 == 162.1875 and 0x.8p1 == 1.0 and 0x1P+2 == 4.0)
assert(math.type(0x10) == "integer" and math.type(1e1) == "float" and math.type(0x1p4) == "float")
-- hexadecimal integers wrap; decimal ones become floats
assert(0xffffffffffffffff == -1 and 0x1ffffffffffffffff == -1 and 0x7fffffffffffffff == math.maxinteger)
assert(9223372036854775807 == math.maxinteger and math.type(9223372036854775808) == "float")
assert(1e308 * 10 == math.huge and 5e-324 > 0 and 1e-400 == 0)
for _, bad in ipairs({ "1..2", "0x", "1e", "1e+", "3x", "0xg", "1.2.3", "0x1p", "08_1" }) do
  local f, m = load("return " .. bad)
  assert(not f and m:find("malformed number near", 1, true), bad)
end

-- messages of the scanner
local function fails(source, expected)
  local f, m = load(source, "=s")
  assert(not f and m == "s:" .. expected, m)
end
fails("x = 'a", "1: unfinished string near <eof>")
fails("x = 'a\n'", "1: unfinished string near ''a'")
fails("x = [[a\n", "2: unfinished long string (starting at line 1) near <eof>")
fails("--[[a\n", "2: unfinished long comment (starting at line 1) near <eof>")
fails("x = '\\q'", "1: invalid escape sequence near ''\\q'")
fails("x = '\\300'", "1: decimal escape too large near ''\\300''")
fails("x = '\\xg'", "1: hexadecimal digit expected near ''\\xg'")
fails("x = '\\u{}'", "1: hexadecimal digit expected near ''\\u{}'")
fails("x = '\\u123'", "1: missing '{' near ''\\u1'")
fails("x = '\\u{110000000}'", "1: UTF-8 value too large near ''\\u{110000000'")
fails("x = [=a", "1: invalid long string delimiter near '[='")
fails("x = @", "1: unexpected symbol near '@'")
fails("x = \1", "1: unexpected symbol near '<\\1>'")
fails("x = }", "1: unexpected symbol near '}'")
fails("for", "1: <name> expected near <eof>")
fails("x =\n\n= 1", "3: unexpected symbol near '='")
fails("if x then", "1: 'end' expected near <eof>")
fails("if x then\n\n", "3: 'end' expected (to close 'if' at line 1) near <eof>")
fails("f(\n1", "2: ')' expected (to close '(' at line 1) near <eof>")
fails("x 1", "1: syntax error near '1'")
fails("x.y", "1: syntax error near <eof>")
fails("return return", "1: unexpected symbol near 'return'")
fails("a, b + 1 = 1", "1: '=' expected near '+'")
fails("local function end", "1: <name> expected near 'end'")
fails("goto = 1", "1: <name> expected near '='")

-- keywords are no names; other words, also those of other languages, are
for _, word in ipairs({ "and", "break", "do", "else", "elseif", "end", "false", "for", "function",
  "goto", "if", "in", "local", "nil", "not", "or", "repeat", "return", "then", "true", "until",
  "while" }) do
  assert(not load("local " .. word .. " = 1"), word)
end
for _, word in ipairs({ "var", "let", "const", "class", "new", "this", "arguments", "eval", "await",
  "yield", "async", "delete", "typeof", "undefined", "null", "NaN", "Infinity", "enum", "static",
  "import", "export", "default", "switch", "case", "try", "catch", "throw", "void", "with", "R", "P" }) do
  assert(load("local " .. word .. " = 1; " .. word .. " = " .. word .. " + 1; return " .. word)() == 2, word)
  assert(load("local t = {" .. word .. " = 1}; return function(" .. word .. ") return t." .. word .. " + " .. word .. " end")()(4) == 5)
  assert(load(word .. " = 7; return " .. word, "", "t", {})() == 7)
end
-- line continuation and semicolons
;;; local a = 1; ; assert(a == 1);
