/** The JSON Schema of check files, for editors; made from schema.ts. */
import { CHECK_TYPES, CONFIG_FIELDS } from "./schema";
import { type Field, type Fields, keysFor, type Shape, shapeOf } from "./shape";

type Schema = Record<string, unknown>;

/** What stands for a value that is only known when the file is loaded. */
const REFERENCE: Schema = { type: "string", pattern: "\\$\\{[^}]+\\}" };

/** The JSON Schema of check files (schema/checks.schema.json). */
export function jsonSchema(): Schema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "assay checks",
    ...objectSchema(CONFIG_FIELDS, undefined, ["checks"]),
    // a file that only includes others has no checks of its own
    required: undefined,
    anyOf: [{ required: ["checks"] }, { required: ["include"] }],
  };
}

function objectSchema(fields: Fields, type?: string, required?: string[]): Schema {
  const properties: Schema = {};
  for (const key of keysFor(fields, type)) {
    const field = fields[key] as Field;
    const isNeeded = isRequired(field, type);
    const schema = shapeSchema(shapeOf(field, type), type);
    properties[key] = { description: field.doc, ...(isNeeded ? schema : orNothing(schema)) };
  }
  const needed =
    required ??
    Object.entries(fields)
      .filter(([, f]) => isRequired(f, type))
      .map(([k]) => k);
  return {
    type: "object",
    properties,
    patternProperties: { "^x-": {} },
    additionalProperties: false,
    ...(needed.length > 0 && { required: needed }),
  };
}

function isRequired(field: Field, type: string | undefined): boolean {
  return field.required || (type !== undefined && field.requiredBy?.includes(type)) || false;
}

/** In a map of texts a key without a value has the empty text. */
function mapSchema(of: Shape, type: string | undefined): Schema {
  const schema = shapeSchema(of, type);
  return of.kind === "string" ? orNothing(schema) : schema;
}

/** A key without a value is as good as none. */
function orNothing(schema: Schema): Schema {
  const { type, enum: choices, anyOf } = schema;
  if (Array.isArray(choices)) return { ...schema, enum: [...choices, null] };
  if (Array.isArray(anyOf)) return { ...schema, anyOf: [...anyOf, { type: "null" }] };
  return type === undefined ? schema : { ...schema, type: [type, "null"].flat() };
}

function shapeSchema(shape: Shape, type?: string): Schema {
  switch (shape.kind) {
    case "string":
      if (shape.choices !== undefined) return { enum: [...shape.choices] };
      if (shape.pattern !== undefined)
        return { anyOf: [{ type: "string", pattern: shape.pattern }, REFERENCE] };
      // plain numbers and words are taken as texts
      return { type: ["string", "number", "boolean"] };
    case "integer": {
      const maximum = shape.max < Number.MAX_SAFE_INTEGER ? { maximum: shape.max } : {};
      return { anyOf: [{ type: "integer", minimum: shape.min, ...maximum }, REFERENCE] };
    }
    case "number": {
      const minimum = shape.min === undefined ? {} : { minimum: shape.min };
      return { anyOf: [{ type: "number", ...minimum }, REFERENCE] };
    }
    case "boolean":
      return { anyOf: [{ type: "boolean" }, REFERENCE] };
    case "any":
      return {};
    case "list":
      return {
        type: "array",
        items: shapeSchema(shape.of, type),
        ...(shape.min !== undefined && { minItems: shape.min }),
      };
    case "map":
      return { type: "object", additionalProperties: mapSchema(shape.of, type) };
    case "object":
      return objectSchema(shape.fields, type);
    case "check":
      return { oneOf: CHECK_TYPES.map((t) => checkSchema(shape.fields, t)) };
    case "either":
      return { anyOf: shape.of.map((s) => shapeSchema(s, type)) };
  }
}

function checkSchema(fields: Fields, type: string): Schema {
  const schema = objectSchema(fields, type);
  const properties = schema.properties as Schema;
  return {
    ...schema,
    title: `${type} check`,
    properties: { ...properties, type: { const: type } },
  };
}
