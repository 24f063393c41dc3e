/**
 * Lua values as TOML (a byte string), by the rules of `json.encode`. smol-toml writes no floats next
 * to integers and no arrays over several lines, so this is written out here.
 */
import {
  bytesToText,
  bytesToUtf8,
  entries,
  HostError,
  isNull,
  LuaFloat,
  LuaInt64,
  LuaTable,
  type LuaValue,
  numberToString,
  utf8ToBytes,
} from "../../host";
import { floatText, Unwritable } from "../data/rules";
import { Descent, encodeTree, type Shape } from "../data/tree";
import { isDate, notedDates, wrappedDate } from "./dates";

const MAX_DEPTH = 128;
const INDENT = "    ";

export function encodeToml(v: LuaValue, name: string): string {
  return encodeTree(name, v, () => {
    const text = v instanceof LuaTable ? new Encoder().document(v) : undefined;
    if (text === undefined) throw new HostError("the value must be a table with named fields");
    return utf8ToBytes(text);
  });
}

/** A field with what it is: a value behind `=`, a table or a list of tables. */
type Field = readonly [path: string, value: LuaTable, isList: boolean];

class Encoder {
  private readonly descent = new Descent(MAX_DEPTH);
  private readonly lines: string[] = [];

  document(t: LuaTable): string | undefined {
    if (entries(t).next().done)
      return t.µmetatable?.µgetStr("__jsontype") === "object" ? "" : undefined;
    const written = this.descent.into(t, (shape) => {
      if (shape.list !== undefined) return false;
      this.body(t, shape.fields, "");
      return true;
    });
    return written ? `${this.lines.join("\n")}\n` : undefined;
  }

  /** What belongs to a table: first its values, then the tables in it, each with a header. */
  private body(t: LuaTable, fields: readonly [string, LuaValue][], path: string): void {
    const dates = notedDates(t);
    const later: Field[] = [];
    for (const [key, v] of fields) {
      if (v === undefined) continue;
      const name = keyText(key);
      const full = path === "" ? name : `${path}.${name}`;
      const kind = v instanceof LuaTable ? this.kind(v) : "value";
      if (kind === "value") {
        const isDated = dates?.µgetStr(key) === true;
        this.lines.push(`${name} = ${this.value(v, "", isDated, full)}`);
      } else later.push([full, v as LuaTable, kind === "list"]);
    }
    for (const [full, v, isList] of later) {
      if (isList) this.tables(v, full);
      else this.section(v, full);
    }
  }

  /** How a table is written that belongs to another one. */
  private kind(t: LuaTable): "value" | "table" | "list" {
    return this.descent.into(t, ({ list, fields }) => {
      if (fields !== undefined) return wrappedDate(fields) === undefined ? "table" : "value";
      if (list.length === 0 || this.descent.isFull) return "value";
      return list.every((v) => v instanceof LuaTable && this.kindOfItem(v)) ? "list" : "value";
    });
  }

  private kindOfItem(t: LuaTable): boolean {
    return this.descent.into(
      t,
      ({ fields }) => fields !== undefined && wrappedDate(fields) === undefined,
    );
  }

  private section(t: LuaTable, path: string): void {
    this.descent.into(t, (shape) => this.headed(t, shape, path, `[${path}]`));
  }

  private tables(list: LuaTable, path: string): void {
    this.descent.into(list, (shape) => {
      for (const t of shape.list as LuaTable[])
        this.descent.into(t, (inner) => this.headed(t, inner, path, `[[${path}]]`));
    });
  }

  private headed(t: LuaTable, shape: Shape, path: string, header: string): void {
    const fields = shape.fields as [string, LuaValue][];
    const only = (v: LuaValue) => v instanceof LuaTable && this.kind(v) !== "value";
    // a table that only holds others comes into being with them
    const isImplied =
      header.charAt(1) !== "[" && fields.length > 0 && fields.every(([, v]) => only(v));
    if (!isImplied) {
      if (this.lines.length > 0) this.lines.push("");
      this.lines.push(header);
    }
    this.body(t, fields, path);
  }

  /** What stands behind `=` or in an array; `path` is for errors. */
  private value(v: LuaValue, indent: string, isDated: boolean, path: string): string {
    switch (typeof v) {
      case "boolean":
        return String(v);
      case "number":
        return Number.isInteger(v) ? String(v) : floatText(v);
      case "string":
        return isDated && isDate(v) ? v : stringText(v);
      default:
        if (v instanceof LuaFloat) return floatText(v.n);
        if (v instanceof LuaInt64) return numberToString(v);
        if (v === undefined || isNull(v))
          throw new HostError(`TOML has no null at .${bytesToUtf8(path)}`);
        if (!(v instanceof LuaTable)) throw new Unwritable();
        return this.inline(v, indent, path);
    }
  }

  private inline(t: LuaTable, indent: string, path: string): string {
    const dates = notedDates(t);
    return this.descent.into(t, ({ list, fields }) => {
      if (list !== undefined) {
        const inner = list.length > 1 ? indent + INDENT : indent;
        const parts = list.map((v, i) =>
          this.value(v, inner, dates?.µgetInt(i + 1) === true, `${path}[${i + 1}]`),
        );
        if (parts.length <= 1) return `[${parts.join("")}]`;
        return `[\n${parts.map((s) => `${inner}${s},\n`).join("")}${indent}]`;
      }
      const date = wrappedDate(fields);
      if (date !== undefined) return date;
      // an inline table stays on its line, with all that is in it
      const parts = fields
        .filter(([, v]) => v !== undefined)
        .map(([key, v]) => {
          const name = keyText(key);
          const text = this.value(v, indent, dates?.µgetStr(key) === true, `${path}.${name}`);
          return `${name} = ${text}`;
        });
      return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
    });
  }
}

function stringText(bytes: string): string {
  const s = bytesToText(bytes);
  if (s === undefined) throw new Unwritable();
  return JSON.stringify(s).replaceAll("\x7f", "\\u007f");
}

function keyText(bytes: string): string {
  return /^[A-Za-z0-9_-]+$/.test(bytes) ? bytes : stringText(bytes);
}
