/** What may be written in a file, as JSON Schema, where a setting is read by hand and zod does not know. */

export type JsonSchema = Readonly<Record<string, unknown>>;

const forms = new WeakMap<object, JsonSchema>();

/** Says it of this schema, and returns it. */
export function written<Schema extends object>(schema: Schema, form: JsonSchema): Schema {
  forms.set(schema, form);
  return schema;
}

export function formOf(schema: object): JsonSchema | undefined {
  return forms.get(schema);
}
