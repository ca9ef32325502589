/**
 * The OpenAPI 3.1 document: made from the table of operations and from the schemas that check requests, so that it says
 * what the daemon does.
 */
import type { ErrorCode } from '../../protocol/errors.ts';
import type { AnswerName } from '../../protocol/openapi/answers.ts';
import {
  allForms,
  answerRef,
  type Form,
  memberForm,
  requestRef,
} from '../../protocol/openapi/forms.ts';
import { codesOf } from '../answer.ts';
import { OPERATIONS, type Operation, WAIT_MS_MAX } from '../api/operations.ts';
import { BODY_EXAMPLES, PARAMETER_EXAMPLES } from './examples.ts';
import { TEXTS } from './texts.ts';

const JSON_TYPE = 'application/json';
const AT = {
  type: 'object',
  properties: { at: { type: 'integer', description: "The daemon's clock, ms since 1970." } },
  required: ['at'],
};

/** Answers of a refused request that any operation may give. */
const COMMON: readonly ErrorCode[] = [
  'invalid_request',
  'busy',
  'unavailable',
  'draining',
  'internal',
];

/** @param version of the daemon */
export function openApiDocument(version: string): Form {
  const paths: Record<string, Record<string, Form>> = {};
  for (const operation of OPERATIONS) {
    const { path, method } = operation;
    const methods = paths[path] ?? {};
    methods[method.toLowerCase()] = operationOf(operation);
    paths[path] = methods;
  }
  const ops = new Set(OPERATIONS.filter(isPost).flatMap((operation) => operation.ops));
  return {
    openapi: '3.1.0',
    info: { title: 'lockstep', version, description: TEXTS.about, license: { name: 'MIT' } },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    paths,
    components: {
      schemas: { ...allForms([...ops]), Dated: AT },
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: TEXTS.token } },
    },
  };
}

function operationOf(operation: Operation): Form {
  const { method, path } = operation;
  const text = TEXTS.operations[`${method} ${path}`];
  const name = `${method.toLowerCase()}${path.replaceAll(/\W+(\w)/g, (_, first: string) => first.toUpperCase())}`;
  return {
    operationId: name.replaceAll(/\W/g, ''),
    summary: text?.summary,
    description: text?.more,
    parameters: parametersOf(operation),
    ...(isPost(operation) ? { requestBody: bodyOf(operation) } : {}),
    responses: responsesOf(operation),
  };
}

function bodyOf({ path, ops }: Operation): Form {
  const forms = ops.map((op) => requestRef(op));
  const mapping = Object.fromEntries(ops.map((op) => [op, requestRef(op)['$ref']]));
  const schema = { oneOf: forms, discriminator: { propertyName: 'op', mapping } };
  const examples = BODY_EXAMPLES[path];
  return { required: true, content: { [JSON_TYPE]: { schema, examples } } };
}

function parametersOf(operation: Operation): readonly Form[] {
  const { path, ops, query, waitMs, takesKey } = operation;
  const [op = 'ping'] = ops;
  const parameter = (where: string, name: string, schema: Form): Form => ({
    name,
    in: where,
    description: TEXTS.parameters[name],
    required: where === 'path',
    schema,
    example: PARAMETER_EXAMPLES[name],
  });
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const wait = { type: 'integer', minimum: 0, maximum: WAIT_MS_MAX, default: waitMs };
  return [
    ...names.map((name) => parameter('path', name, memberForm(op, name))),
    ...(waitMs === undefined ? [] : [parameter('query', 'wait', wait)]),
    ...(takesKey ? [parameter('header', 'Idempotency-Key', memberForm('create', 'id'))] : []),
    ...Object.keys(query).map((name) => ({
      ...parameter('query', name, memberForm(op, name)),
      // Repeated, or with commas.
      ...(query[name] === 'names' ? { style: 'form', explode: true } : {}),
    })),
  ];
}

function responsesOf({ answers, waitMs, fails = [] }: Operation): Form {
  const codes = [...COMMON, ...fails, 'unauthorised' as const];
  const statuses = codesOf(codes);
  const schema = dated(answers);
  const open = { description: TEXTS.open, headers: { Location: LOCATION }, ...content(schema) };
  return {
    200: { description: TEXTS.answer, ...content(schema) },
    ...(waitMs === undefined ? {} : { 202: open }),
    ...Object.fromEntries(
      Object.entries(statuses).map(([status, named]) => [status, errorOf(named)]),
    ),
  };
}

const LOCATION = { description: 'The path of the command.', schema: { type: 'string' } };
const RETRY_AFTER = { description: 'Seconds.', schema: { type: 'integer' } };

function errorOf(codes: readonly ErrorCode[]): Form {
  const retries = codes.some((code) => ['busy', 'unavailable', 'draining'].includes(code));
  return {
    description: codes.join(', '),
    ...(retries ? { headers: { 'Retry-After': RETRY_AFTER } } : {}),
    ...content(answerRef('error')),
  };
}

function dated(answers: readonly AnswerName[]): Form {
  const [only = {}, ...more] = answers.map((name) => answerRef(name));
  const one = more.length === 0 ? only : { anyOf: [only, ...more] };
  return { allOf: [one, { $ref: '#/components/schemas/Dated' }] };
}

function content(schema: Form): Form {
  return { content: { [JSON_TYPE]: { schema } } };
}

function isPost({ method }: Operation): boolean {
  return method === 'POST';
}
