/** How tables are made and filled (§3.4.9). */
import { isFieldName } from "../runtime/fields";
import type { Expr, LocalExpr, NumericForStatement, TableExpr } from "./ast";

/** Longer constructors are filled item by item. */
const MAX_DIRECT_ITEMS = 48;

/**
 * The names of the fields if a table can be made at once, when all values are known: it has items of a list and fields
 * with different names only.
 */
export function directFields({ items }: TableExpr): string[] | undefined {
  if (items.length > MAX_DIRECT_ITEMS) return undefined;
  const names: string[] = [];
  for (const item of items) {
    if (item.kind === "positional") continue;
    const { key } = item;
    if (key.type !== "String" || !isFieldName(key.value) || names.includes(key.value))
      return undefined;
    names.push(key.value);
  }
  return names;
}

const CONSTANTS: ReadonlySet<string> = new Set(["Integer", "Float", "String", "True", "False"]);

/** The table of a loop `for i = 1, n do t[i] = 0 end`, and the constant. */
export function filling(s: NumericForStatement): { table: LocalExpr; value: Expr } | undefined {
  const [only] = s.body.statements;
  if (s.body.statements.length !== 1 || only?.type !== "Assign") return undefined;
  const [target] = only.targets;
  const [value] = only.exprs;
  if (only.targets.length !== 1 || target?.type !== "Index") return undefined;
  if (only.exprs.length !== 1 || value === undefined || !CONSTANTS.has(value.type))
    return undefined;
  const { object, key } = target;
  const isElement = object.type === "Local" && key.type === "Local" && key.variable === s.variable;
  return isElement ? { table: object, value } : undefined;
}
