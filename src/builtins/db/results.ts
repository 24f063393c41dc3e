/** Columns and values that all drivers make rows of. */
import { arrayMarker, type Host, LuaTable, type LuaValue, utf8ToBytes } from "../../host";
import { parseJson } from "../json/parse";

/** A row as scripts see it. NULL is absent; of several columns with one name the last counts. */
export function rowTable(names: readonly string[], values: readonly LuaValue[]): LuaTable {
  const row = new LuaTable();
  for (let i = 0; i < names.length; i++) {
    const v = values[i];
    // an earlier column of the same name must not shine through a NULL
    if (v !== undefined || row.µgetStr(names[i] as string) !== undefined)
      row.µsetStr(names[i] as string, v);
  }
  return row;
}

/** Column names as byte strings. */
export function columnNames(names: readonly string[]): string[] {
  return names.map(utf8ToBytes);
}

/** Reads JSON values of a Lua state; text that is no JSON stays text. */
export function jsonReader(host: Host): (bytes: string) => LuaValue {
  const options = { null: undefined, emptyArray: arrayMarker(host) };
  return (bytes) => {
    try {
      return parseJson(bytes, options, "json");
    } catch {
      return bytes;
    }
  };
}

/** `2024-01-02 03:04:05.5+00` as ISO 8601: `2024-01-02T03:04:05.5Z`. Other text stays. */
export function isoTimestamp(text: string): string {
  const m = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)([+-]\d\d(?::?\d\d)*)?( BC)?$/.exec(
    text,
  );
  if (m === null) return text;
  const [, date, time, zone = "", era = ""] = m;
  return `${date}T${time}${isoZone(zone)}${era}`;
}

function isoZone(zone: string): string {
  if (/^[+-]00(:?00)*$/.test(zone)) return "Z";
  return /^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone;
}
