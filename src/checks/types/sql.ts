/** `type: sql`: a query, through the `db` builtin, and the rows that it must give. */
import { passwordOf } from "../../builtins/http/proxy";
import { createLua } from "../../host/lua";
import { LuaScriptError } from "../../host/script-error";
import type { Secrets } from "../../host/secrets";
import type { Check } from "../config";
import { jsonText, parseJson, sameValues, valueText } from "../json-value";
import type { Values } from "../read";
import type { Seen } from "../result";
import type { Outcome } from "../runner";
import { databasePolicy } from "../sandbox";
import type { Services } from "../services";
import { excerpt } from "./excerpt";
import { jsonProblem, latencyProblem } from "./expect";

/**
 * Rows leave as JSON text, which keeps integers and floats apart. What it has no form for is written
 * as PostgreSQL writes it.
 */
const SCRIPT = `
local url, query, params = ...
local function plain(v)
  if type(v) == "string" then return utf8.len(v) and v or "\\\\x" .. hex.encode(v) end
  if type(v) == "table" then
    for k, x in pairs(v) do v[k] = plain(x) end
  elseif v ~= v then return "NaN"
  elseif v == math.huge then return "Infinity"
  elseif v == -math.huge then return "-Infinity"
  end
  return v
end
local conn <close> = db.connect(url, {size = 1})
return json.encode(json.array(plain(db.query(conn, query, params))))
`;

export async function sqlCheck(
  check: Check,
  services: Services,
  signal: AbortSignal,
): Promise<Outcome> {
  const { url, query, params } = check.options as {
    url: string;
    query: string;
    params?: unknown[];
  };
  const { expect = {} } = check;
  const address = URL.parse(url);
  if (address !== null) services.secrets.register(passwordOf(address));
  const lua = createLua({
    secrets: services.secrets,
    logger: services.logger,
    policy: databasePolicy(services.sandbox),
    readonly: services.sandbox.readonly ?? false,
  });
  await loadDriver(url);
  const begin = performance.now();
  try {
    const [text] = await lua.run(SCRIPT, {
      name: "=sql",
      args: [url, query, params ?? []],
      signal,
    });
    const latency = performance.now() - begin;
    const rows = String(text);
    const seen: Seen = { value: excerpt(rows, services.secrets), latency_ms: Math.round(latency) };
    const message =
      rowsProblem(expect, rows, services.secrets) ??
      jsonProblem(expect.json, rows, "query result", seen, services.secrets) ??
      latencyProblem(expect.latency_ms, latency);
    return { passed: message === undefined, message: message ?? null, seen };
  } catch (e) {
    if (e instanceof LuaScriptError) return { passed: false, message: e.message };
    throw e;
  } finally {
    await lua.close();
  }
}

/** So that the first query does not seem slower than those after it. */
async function loadDriver(url: string): Promise<void> {
  const scheme = url.split(":")[0] as string;
  if (scheme.startsWith("postgres")) await import("postgres");
  else if (scheme === "sqlite") await import("bun:sqlite");
}

function rowsProblem({ rows }: Values, text: string, secrets: Secrets): string | undefined {
  if (rows === undefined) return undefined;
  const got = parseJson(text);
  if (!Array.isArray(got)) return undefined;
  if (typeof rows === "number")
    return got.length === rows ? undefined : `expected ${rows} rows, got ${got.length}`;
  const expected = parseJson(valueText(rows));
  if (sameValues(got, expected)) return undefined;
  return `expected rows ${excerpt(jsonText(expected), secrets)}, got ${excerpt(jsonText(got), secrets)}`;
}
