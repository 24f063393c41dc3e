/**
 * The routing table. Both ways of writing it work, also mixed:
 *
 *     { GET = { ["/items"] = f }, POST = { ["/items"] = g } }        -- the original's
 *     { ["/items"] = { GET = f, POST = g }, ["/health"] = f }        -- by path; f for all methods
 *
 * A path is matched exactly, or has `:name` segments and a final `*`. The most specific path wins:
 * segment by segment a literal before `:name` before `*`.
 */
import {
  bytesToUtf8,
  entries,
  type LuaFunction,
  LuaTable,
  type LuaValue,
  typeName,
} from "../../../host";
import { percentDecode } from "../../data/percent";
import { HttpFault } from "../errors";
import { type StaticFolder, staticFolderOf } from "./static";

export type Handler = LuaFunction | StaticFolder;

/** Name-value pairs of a path's parameters, decoded. */
export type PathParams = readonly (readonly [name: string, value: string])[];

export interface Match {
  readonly handler: Handler;
  readonly params: PathParams;
}

const ANY = "*";
type Methods = Map<string, Handler>;

interface Pattern {
  readonly segments: readonly string[];
  readonly methods: Methods;
}

const NO_PARAMS: PathParams = [];

export class Routes {
  private readonly exact = new Map<string, Methods>();
  private readonly patterns: Pattern[] = [];

  constructor(table: LuaTable) {
    for (const [key, v] of entries(table)) {
      if (typeof key !== "string")
        throw new HttpFault("routes must be keyed by method or path", "request");
      if (key.startsWith("/")) this.addPath(key, v);
      else this.addMethod(key, v);
    }
    this.patterns.sort((a, b) => compareSegments(a.segments, b.segments));
  }

  /** The handler for a request; `path` as it came in, not decoded. HEAD falls back to GET. */
  find(method: string, path: string): Match | undefined {
    const methods = this.exact.get(path);
    if (methods !== undefined) {
      const handler = pick(methods, method);
      if (handler !== undefined) return { handler, params: NO_PARAMS };
    }
    if (this.patterns.length === 0) return undefined;
    const segments = path.split("/");
    for (const pattern of this.patterns) {
      const params = matchSegments(pattern.segments, segments);
      if (params === undefined) continue;
      const handler = pick(pattern.methods, method);
      if (handler !== undefined) return { handler, params };
    }
    return undefined;
  }

  private addPath(path: string, v: LuaValue): void {
    if (v instanceof LuaTable) {
      for (const [method, handler] of entries(v)) {
        if (typeof method !== "string") throw badRoute(path, "has a method that is no string");
        this.add(method, path, handler);
      }
    } else this.add(ANY, path, v);
  }

  private addMethod(method: string, v: LuaValue): void {
    if (!(v instanceof LuaTable))
      throw new HttpFault(
        `routes.${bytesToUtf8(method)} must be a table of paths, got ${typeName(v)}`,
        "request",
      );
    for (const [path, handler] of entries(v)) {
      if (typeof path !== "string" || !path.startsWith("/"))
        throw badRoute(String(path), "is no path that begins with '/'");
      this.add(method, path, handler);
    }
  }

  private add(method: string, path: string, v: LuaValue): void {
    const handler = typeof v === "function" ? v : staticFolderOf(v);
    if (handler === undefined)
      throw badRoute(path, `needs a function as its handler, got ${typeName(v)}`);
    this.methodsOf(path).set(method === "ANY" ? ANY : method.toUpperCase(), handler);
  }

  private methodsOf(path: string): Methods {
    const segments = path.split("/");
    if (!segments.some((s) => s.startsWith(":") || s === "*")) {
      const present = this.exact.get(path);
      if (present !== undefined) return present;
      const made: Methods = new Map();
      this.exact.set(path, made);
      return made;
    }
    const star = segments.indexOf("*");
    if (star >= 0 && star !== segments.length - 1) throw badRoute(path, "has '*' before its end");
    let pattern = this.patterns.find((p) => p.segments.join("/") === path);
    if (pattern === undefined) {
      pattern = { segments, methods: new Map() };
      this.patterns.push(pattern);
    }
    return pattern.methods;
  }
}

function badRoute(path: string, what: string): HttpFault {
  return new HttpFault(`route '${bytesToUtf8(path)}' ${what}`, "request");
}

function pick(methods: Methods, method: string): Handler | undefined {
  return (
    methods.get(method) ?? (method === "HEAD" ? methods.get("GET") : undefined) ?? methods.get(ANY)
  );
}

function rank(segment: string | undefined): number {
  if (segment === undefined) return 3;
  if (segment === "*") return 2;
  return segment.startsWith(":") ? 1 : 0;
}

function compareSegments(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = rank(a[i]) - rank(b[i]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function matchSegments(
  pattern: readonly string[],
  segments: readonly string[],
): PathParams | undefined {
  const params: [string, string][] = [];
  for (let i = 0; i < pattern.length; i++) {
    const want = pattern[i] as string;
    if (want === "*") {
      if (i >= segments.length) return undefined;
      params.push(["*", percentDecode(segments.slice(i).join("/"))]);
      return params;
    }
    const got = segments[i];
    if (got === undefined) return undefined;
    if (want.startsWith(":")) {
      if (got === "") return undefined;
      params.push([want.slice(1), percentDecode(got)]);
    } else if (got !== want) return undefined;
  }
  return segments.length === pattern.length ? params : undefined;
}
