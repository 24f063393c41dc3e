/** Every function, method and variable of the reference manual's §6, by section. */
export const MANUAL: { section: string; title: string; names: string[] }[] = [
  {
    section: "6.2",
    title: "Basic functions",
    names: [
      "assert",
      "collectgarbage",
      "dofile",
      "error",
      "_G",
      "getmetatable",
      "ipairs",
      "load",
      "loadfile",
      "next",
      "pairs",
      "pcall",
      "print",
      "rawequal",
      "rawget",
      "rawlen",
      "rawset",
      "select",
      "setmetatable",
      "tonumber",
      "tostring",
      "type",
      "_VERSION",
      "warn",
      "xpcall",
    ],
  },
  {
    section: "6.3",
    title: "Coroutines",
    names: prefixed("coroutine", "close create isyieldable resume running status wrap yield"),
  },
  {
    section: "6.4",
    title: "Modules",
    names: [
      "require",
      ...prefixed("package", "config cpath loaded loadlib path preload searchers searchpath"),
    ],
  },
  {
    section: "6.5",
    title: "Strings",
    names: prefixed(
      "string",
      "byte char dump find format gmatch gsub len lower match pack packsize rep reverse sub unpack upper",
    ),
  },
  {
    section: "6.6",
    title: "UTF-8",
    names: prefixed("utf8", "char charpattern codes codepoint len offset"),
  },
  {
    section: "6.7",
    title: "Tables",
    names: prefixed("table", "concat create insert move pack remove sort unpack"),
  },
  {
    section: "6.8",
    title: "Mathematics",
    names: prefixed(
      "math",
      "abs acos asin atan ceil cos deg exp floor fmod frexp huge ldexp log max maxinteger min " +
        "mininteger modf pi rad random randomseed sin sqrt tan tointeger type ult",
    ),
  },
  {
    section: "6.9",
    title: "Input and output",
    names: [
      ...prefixed(
        "io",
        "close flush input lines open output popen read stderr stdin stdout tmpfile type write",
      ),
      ..."close flush lines read seek setvbuf write".split(" ").map((name) => `file:${name}`),
    ],
  },
  {
    section: "6.10",
    title: "Operating system",
    names: prefixed(
      "os",
      "clock date difftime execute exit getenv remove rename setlocale time tmpname",
    ),
  },
  {
    section: "6.11",
    title: "Debug",
    names: prefixed(
      "debug",
      "debug gethook getinfo getlocal getmetatable getregistry getupvalue getuservalue sethook " +
        "setlocal setmetatable setupvalue setuservalue traceback upvalueid upvaluejoin",
    ),
  },
];

function prefixed(library: string, names: string): string[] {
  return names.split(" ").map((name) => `${library}.${name}`);
}
