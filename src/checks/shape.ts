/**
 * The language in which schema.ts describes check files. Reading (read.ts) and the JSON Schema
 * (json-schema.ts) follow from the same description.
 */

export interface Field {
  readonly shape: Shape;
  /** Stricter ones for some check types. */
  readonly shapes?: Readonly<Record<string, Shape>>;
  readonly doc: string;
  readonly required?: boolean;
  /** The check types that use it; all when left out. */
  readonly types?: readonly string[];
  /** The check types that can't do without it. */
  readonly requiredBy?: readonly string[];
}

export type Fields = Readonly<Record<string, Field>>;

export type Shape =
  | {
      readonly kind: "string";
      readonly choices?: readonly string[];
      /** For the JSON Schema. */
      readonly pattern?: string;
      /** What is wrong with a text, or undefined. */
      readonly check?: (text: string) => string | undefined;
      /** For messages about values that are no texts at all. */
      readonly what?: string;
    }
  | { readonly kind: "integer"; readonly min: number; readonly max: number }
  | { readonly kind: "number"; readonly min?: number }
  | { readonly kind: "boolean" }
  | { readonly kind: "any" }
  | { readonly kind: "list"; readonly of: Shape; readonly min?: number }
  | {
      readonly kind: "map";
      readonly of: Shape;
      /** What is wrong with a key and its value, or undefined; for maps of texts. */
      readonly check?: (key: string, text: string) => string | undefined;
    }
  | { readonly kind: "object"; readonly fields: Fields }
  /** The fields of a check depend on its `type`. */
  | { readonly kind: "check"; readonly fields: Fields }
  | { readonly kind: "either"; readonly of: readonly Shape[]; readonly what: string };

/** What a field takes in checks of a type. */
export function shapeOf(field: Field, type: string | undefined): Shape {
  return (type === undefined ? undefined : field.shapes?.[type]) ?? field.shape;
}

/** The keys that checks of a type use; all without a type. */
export function keysFor(fields: Fields, type: string | undefined): string[] {
  const all = Object.entries(fields);
  if (type === undefined) return all.map(([k]) => k);
  return all.filter(([, f]) => f.types?.includes(type) ?? true).map(([k]) => k);
}

/** What a shape takes, in words: `an integer from 0 to 65535`. */
export function describeShape(shape: Shape): string {
  switch (shape.kind) {
    case "string":
      return shape.choices === undefined
        ? (shape.what ?? "a text")
        : `one of ${shape.choices.join(", ")}`;
    case "integer":
      return shape.max >= Number.MAX_SAFE_INTEGER
        ? `an integer from ${shape.min} up`
        : `an integer from ${shape.min} to ${shape.max}`;
    case "number":
      return shape.min === undefined ? "a number" : `a number from ${shape.min} up`;
    case "boolean":
      return "true or false";
    case "any":
      return "any value";
    case "list":
      return "a list";
    case "map":
    case "object":
    case "check":
      return "a map";
    case "either":
      return shape.what;
  }
}
