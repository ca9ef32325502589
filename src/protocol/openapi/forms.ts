/** The schemas of requests and answers as JSON Schema 2020-12, which is that of OpenAPI 3.1. */
import { z } from 'zod';
import { type OperationName, SCHEMAS } from '../request.ts';
import { ANSWER_SCHEMAS, type AnswerName } from './answers.ts';

export type Form = Readonly<Record<string, unknown>>;

const PLACE = '#/components/schemas/';

/** The name of a request among the schemas of the document. */
function requestName(op: OperationName): string {
  return `${op.slice(0, 1).toUpperCase()}${op.slice(1)}Request`;
}

export function requestRef(op: OperationName): Form {
  return { $ref: `${PLACE}${requestName(op)}` };
}

export function answerRef(name: AnswerName): Form {
  const { $ref } = formOf(ANSWER_SCHEMAS[name]);
  return { $ref };
}

/** The form of one member of a request. */
export function memberForm(op: OperationName, member: string): Form {
  const { properties = {} } = formOf(SCHEMAS[op]);
  return (properties as Readonly<Record<string, Form>>)[member] ?? {};
}

/** All schemas that `requestRef` of these operations and `answerRef` name, by name. */
export function allForms(ops: readonly OperationName[]): Readonly<Record<string, Form>> {
  const forms: Record<string, Form> = {};
  for (const schema of Object.values(ANSWER_SCHEMAS)) {
    const { $defs = {} } = formOf(schema);
    Object.assign(forms, $defs);
  }
  for (const op of ops) forms[requestName(op)] = formOf(SCHEMAS[op]);
  return forms;
}

function formOf(schema: z.ZodType): Form {
  const form = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      delete jsonSchema.readOnly;
      if (jsonSchema.propertyNames !== undefined) delete jsonSchema.propertyNames;
    },
  });
  return JSON.parse(JSON.stringify(form), (name, part: unknown) => {
    if (name === '$schema') return undefined;
    return name === '$ref' ? placed(String(part)) : part;
  }) as Form;
}

function placed(ref: string): string {
  const name = ref.replace('#/$defs/', '');
  return `${PLACE}${name === 'create' || name === 'delete' ? requestName(name) : name}`;
}
