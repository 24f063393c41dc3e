/** Which types a statement's parameters are sent with. */
import { floatOf, type Parameter } from "./params";
import { BOOL, FLOAT8, INT4, INT8 } from "./pg-types";
import type { Statement } from "./session";

/** How the types of a statement's parameters are found: see `PostgresSession.run`. */
export type Typing = "declared" | "inferred" | "narrow";
export const TYPINGS = ["declared", "inferred", "narrow"] as const;

/** The type that a Lua value has in any case; 0 when the statement says what it is. */
function declaredType(v: Exclude<Parameter, null>): number {
  if (typeof v === "boolean") return BOOL;
  if (floatOf(v) !== undefined) return FLOAT8;
  return typeof v === "number" || (typeof v === "object" && "hi" in v) ? INT8 : 0;
}

/** The OID that a parameter is sent with; 0 leaves it to the server. */
export function typeFor(v: Exclude<Parameter, null>, typing: Typing): number {
  if (typing === "inferred") return 0;
  const isSmall = typeof v === "number" && (v | 0) === v;
  return typing === "narrow" && isSmall ? INT4 : declaredType(v);
}

/** Whether a parameter's type is told to the server at all. */
export function isDeclared(v: Parameter): boolean {
  return v !== null && declaredType(v) !== 0;
}

/** Statements with the same key want the same typing. */
export function typingKey({ sql, params }: Statement): string {
  return `${params.map((v) => (v === null ? "n" : declaredType(v))).join()} ${sql}`;
}
