/**
 * The configuration file as JSON Schema, for editors: made from the schemas that check the file,
 * with the same names, types and ranges. Rules between members are checked at the start only.
 */
import { z } from 'zod';
import { SHIPPED_DIALECTS } from '../node/dialects/index.ts';
import { RULES_FORM } from './nodes/dialect-rules.ts';
import { dialectMembers } from './nodes/dialect-schema.ts';
import { nodeShape } from './nodes/node-list.ts';
import { formOf, type JsonSchema } from './nodes/written.ts';
import { SETTING_KEYS, type SettingKey, settingsSchema } from './schema.ts';
import { docOf } from './settings/setting.ts';

const NAME = '^[A-Za-z0-9._-]{1,64}$';

export function configJsonSchema(): JsonSchema {
  const properties = Object.fromEntries(SETTING_KEYS.map((key) => [key, settingForm(key)]));
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'The configuration file of lockstep',
    type: 'object',
    properties: { $schema: { type: 'string' }, ...properties },
    additionalProperties: false,
    $defs: { rules: RULES_FORM },
  };
}

function settingForm(key: SettingKey): JsonSchema {
  return { description: docOf(key).text, ...bareForm(key) };
}

function bareForm(key: SettingKey): JsonSchema {
  if (key === 'nodes') return nodesForm();
  if (key !== 'dialects') return formIn(settingsSchema.shape[key].unwrap());
  const dialect = withoutRequired(formIn(z.strictObject(dialectMembers)));
  const names = SHIPPED_DIALECTS.map(({ name }) => name);
  const properties = { extends: { enum: names }, ...(dialect['properties'] as object) };
  return {
    type: 'object',
    patternProperties: { [NAME]: { ...dialect, properties } },
    additionalProperties: false,
  };
}

function nodesForm(): JsonSchema {
  const node = formIn(z.strictObject(nodeShape));
  const named = formIn(z.strictObject({ name: z.string().regex(new RegExp(NAME)), ...nodeShape }));
  return {
    anyOf: [
      { type: 'string' },
      {
        type: 'object',
        patternProperties: { [NAME]: { anyOf: [{ type: 'string' }, node] } },
        additionalProperties: false,
      },
      { type: 'array', items: named },
    ],
  };
}

function formIn(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...form } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      Object.assign(jsonSchema, formOf(zodSchema));
    },
  });
  return form;
}

/** A missing member is inherited, or reported at the start: a file may set any part of it. */
function withoutRequired(form: JsonSchema): JsonSchema {
  const { required: _, properties = {}, ...rest } = form;
  const sections = Object.entries(properties as Readonly<Record<string, JsonSchema>>).map(
    ([name, section]) => [name, 'properties' in section ? withoutRequired(section) : section],
  );
  return { ...rest, properties: Object.fromEntries(sections) as JsonSchema };
}
