/** The values that keys of check files take, each with what is wrong with one. */
import { isIP } from "node:net";
import { parseUrl } from "../builtins/db/url";
import { headerProblem, isToken } from "../builtins/http/headers";
import { bytesToUtf8, utf8ToBytes } from "../host/bytes";
import { DURATION_PATTERN, parseDuration } from "./duration";
import { parseExpression } from "./expression";
import { parseNetRule } from "./net-rule";
import { compilePattern } from "./pattern";
import type { Shape } from "./shape";

export const text: Shape = { kind: "string" };
export const flag: Shape = { kind: "boolean" };
export const texts: Shape = { kind: "map", of: text };
export const requestHeaders: Shape = {
  kind: "map",
  of: text,
  check(name, value) {
    const problem = headerProblem(utf8ToBytes(name), utf8ToBytes(value.trim()));
    return problem === undefined ? undefined : bytesToUtf8(problem);
  },
};
export const method: Shape = {
  kind: "string",
  what: "a method such as GET",
  check: (t) => (isToken(t) ? undefined : `not a method such as GET: ${JSON.stringify(t)}`),
};
export const hostName: Shape = {
  kind: "string",
  what: "a host name or an address",
  check: (t) =>
    t === "" || /[\s/]/.test(t) || (t.includes(":") && !isIP(t))
      ? `not a host name or an address such as api.example: ${JSON.stringify(t)}`
      : undefined,
};
export const list = (of: Shape): Shape => ({ kind: "list", of });
export const oneOrMore = (of: Shape, what: string): Shape => ({
  kind: "either",
  of: [of, { kind: "list", of, min: 1 }],
  what,
});
const problemOf = (r: unknown): string | undefined =>
  typeof r === "object" && r !== null && "problem" in r ? String(r.problem) : undefined;

export const duration = (prefix?: string): Shape => ({
  kind: "string",
  pattern: DURATION_PATTERN,
  what: "a duration such as '30s', '5m', '500ms'",
  check: (t) => {
    const problem = problemOf(parseDuration(t));
    return problem === undefined || prefix === undefined ? problem : `${prefix}: ${problem}`;
  },
});
export const pattern: Shape = {
  kind: "string",
  what: "a regular expression",
  check: (t) => problemOf(compilePattern(t)),
};
export const expression: Shape = {
  kind: "string",
  what: "an expression such as '.status == \"ok\"'",
  check: (t) => problemOf(parseExpression(t)),
};
const folder: Shape = {
  kind: "string",
  what: "a folder",
  // as a path it would be the folder of the file
  check: (t) => (t === "" ? "expected a folder, got nothing" : undefined),
};
export const folders = oneOrMore(folder, "a folder or a list of them");
export const netRule: Shape = {
  kind: "string",
  what: "HOST[:PORT]",
  check: (t) => problemOf(parseNetRule(t)),
};
export const httpUrl: Shape = {
  kind: "string",
  what: "an http or https address",
  pattern: "^[hH][tT][tT][pP][sS]?://",
  // its text may hold credentials
  check: (t) =>
    /^https?:\/\/[^/]/i.test(t) && URL.canParse(t)
      ? undefined
      : "not an http or https address such as https://api.example/health",
};
export const databaseUrl: Shape = {
  kind: "string",
  what: "the address of a database, as the db builtin takes it",
  check: (t) => {
    try {
      parseUrl(t);
      return undefined;
    } catch (e) {
      return (e as Error).message.replace(/^error with configuration: /, "");
    }
  },
};
export const nameServer: Shape = {
  kind: "string",
  what: "an IP address such as 10.0.0.10 or 10.0.0.10:53",
  check: (t) => {
    const m = /^(?:\[([^\]]+)\]|([^:]+))(?::\d{1,5})?$/.exec(t);
    return isIP(t) > 0 || isIP(m?.[1] ?? m?.[2] ?? "") > 0
      ? undefined
      : "not an IP address such as 10.0.0.10 or 10.0.0.10:53";
  },
};

export const condition: Shape = {
  kind: "string",
  what: "a condition such as Available or Ready=False",
  check: (t) =>
    /^\s*[^=\s]+\s*(=\s*(True|False|Unknown)\s*)?$/i.test(t)
      ? undefined
      : "not a condition such as Available or Ready=False",
};

export const header: Shape = {
  kind: "either",
  what: "a text, or a map with equals, contains, matches, exists",
  of: [
    text,
    {
      kind: "object",
      fields: {
        equals: { shape: text, doc: "the whole value" },
        contains: { shape: text, doc: "a part of the value" },
        matches: { shape: pattern, doc: "a regular expression" },
        exists: { shape: flag, doc: "whether there is such a header" },
      },
    },
  ],
};
const oneStatus: Extract<Shape, { kind: "either" }> = {
  kind: "either",
  what: "a status (200), a class ('2xx'), or a list of them",
  of: [
    { kind: "integer", min: 0, max: 65535 },
    {
      kind: "string",
      pattern: "^[1-5][xX]{2}$",
      check: (t) => (/^[1-5]xx$/i.test(t) ? undefined : "not a status class such as 2xx"),
    },
  ],
};

/** A status, a class, or a list of them. */
export const status: Shape = {
  ...oneStatus,
  of: [...oneStatus.of, { kind: "list", of: oneStatus, min: 1 }],
};
