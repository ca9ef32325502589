/**
 * The form to write in a file, as JSON Schema, for settings that are read by hand: zod does not
 * know it.
 */

export type JsonSchema = Readonly<Record<string, unknown>>;

const forms = new WeakMap<object, JsonSchema>();

/** Attaches the form to this schema, and returns the schema. */
export function written<Schema extends object>(schema: Schema, form: JsonSchema): Schema {
  forms.set(schema, form);
  return schema;
}

export function formOf(schema: object): JsonSchema | undefined {
  return forms.get(schema);
}
