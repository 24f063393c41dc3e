/** Query strings as tables. */
import { type Host, LuaTable, list } from "../../host";
import { decodeQuery } from "../http/query";

/** Names to values: a string, or a list of strings for a name that comes more than once. */
export function parseQuery(query: string, host: Host): LuaTable {
  const fields = new Map<string, string[]>();
  for (const [name, value] of decodeQuery(query.startsWith("?") ? query.slice(1) : query)) {
    const values = fields.get(name);
    if (values === undefined) fields.set(name, [value]);
    else values.push(value);
  }
  const t = new LuaTable();
  for (const [name, values] of fields)
    t.µsetKey(name, values.length > 1 ? list(values, host) : values[0]);
  return t;
}
