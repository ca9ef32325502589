/** The OpenAPI document of a real daemon: valid, and every example in it is sent, and answered as it says. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { shareCluster } from '../support/cluster.ts';
import { httpApi, type Sending } from '../support/http-api.ts';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly schema: object;
  readonly example: string | number | boolean;
}

interface Described {
  readonly summary: string;
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: {
    readonly content: Readonly<
      Record<string, { readonly examples: Readonly<Record<string, { readonly value: object }>> }>
    >;
  };
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

/** One example of the document, as a request. */
interface Case {
  readonly name: string;
  readonly described: Described;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object | undefined;
}

const cluster = shareCluster({ executors: 1 });
let document: Document;
let ajv: Ajv2020;

beforeAll(async () => {
  const answer = await fetch(`${cluster.daemon.opsUrl}/openapi.json`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    'application/json; charset=utf-8',
  ]);
  document = (await answer.json()) as Document;
  // Formats and the words of OpenAPI are no part of JSON Schema.
  ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema(closed(document), 'api');
});

/** Objects with named members hold no others: a member that the document lacks is found. */
function closed(part: Document): object {
  return JSON.parse(JSON.stringify(part), (name, value: unknown) => {
    const isForm = typeof value === 'object' && value !== null && 'properties' in value;
    // `at` stands beside the answer: see `answerOf`.
    const isOpen = !isForm || 'additionalProperties' in value || name === 'Dated';
    return isOpen ? value : { ...value, additionalProperties: false };
  }) as object;
}

function validator(...pointer: readonly string[]): ValidateFunction {
  const path = pointer.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'));
  return ajv.compile({ $ref: `api#/${path.map(encodeURIComponent).join('/')}` });
}

function cases(): readonly Case[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, described]) => casesOf(path, method, described)),
  );
}

function casesOf(path: string, method: string, described: Described): readonly Case[] {
  const { parameters, requestBody } = described;
  const filled = parameters
    .filter((one) => one.in === 'path')
    .reduce((text, { name, example }) => text.replace(`{${name}}`, String(example)), path);
  const base = { described, path: filled, headers: {}, body: undefined };
  const examples = Object.entries(requestBody?.content['application/json']?.examples ?? {});
  const bodies = examples.map(([name, { value }]) => ({
    ...base,
    name: `${method} ${path} ${name}`,
    body: value,
  }));
  const [first] = bodies;
  const plain = first ?? { ...base, name: `${method} ${path}` };
  const withOne = parameters
    .filter((one) => one.in !== 'path')
    .map(({ name, in: where, example }) => ({
      ...plain,
      name: `${plain.name} ${name}=${example}`,
      ...(where === 'header'
        ? { headers: { [name]: String(example) } }
        : { path: `${filled}?${name}=${encodeURIComponent(example)}` }),
    }));
  return [...(bodies.length === 0 ? [plain] : bodies), ...withOne];
}

describe('/openapi.json', () => {
  test('describes every path of the API, and every parameter', () => {
    expect(document.openapi).toBe('3.1.0');
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId, summary, parameters }) => {
        expect(summary).toMatch(/^[A-Z]/);
        for (const one of parameters) {
          expect(one).toMatchObject({ description: expect.stringMatching(/\.$/) });
          expect(ajv.compile(one.schema)(one.example), one.name).toBe(true);
        }
        return operationId;
      }),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain('postV1Commands');
    expect(ids).toContain('getV1CommandsId');
  });

  test('has schemas that are all used and all there', () => {
    const text = JSON.stringify(document);
    const used = new Set(
      [...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name = '']) => name),
    );
    expect([...used].toSorted()).toEqual(Object.keys(document.components.schemas).toSorted());
  });

  test('every example is answered with 200 or 202, in the shape that it says', async () => {
    const send = httpApi(cluster.daemon);
    const all = cases();
    expect(all.length).toBeGreaterThan(40);
    for (const { name, described, path, headers, body } of all) {
      const { status, body: answer } = await send(path, { headers, body });
      expect([200, 202], `${name}: ${JSON.stringify(answer)}`).toContain(status);
      expect(described.responses, name).toHaveProperty(String(status));
      const schema = described.responses[status]?.content['application/json']?.schema;
      const [shape = {}] = (schema as { allOf: readonly object[] }).allOf;
      const judge = ajv.compile(rooted(shape));
      expect(
        judge(answer),
        `${name}: ${ajv.errorsText(judge.errors)} in ${JSON.stringify(answer)}`,
      ).toBe(true);
    }
  });

  const WRONG: readonly (readonly [string, string, Sending, number])[] = [
    ['without a token', '/v1/status', { headers: { authorization: '' } }, 401],
    ['of an unknown command', '/v1/commands/nobody', {}, 404],
    ['with an unknown parameter', '/v1/commands?stat=committed', {}, 400],
    ['with a wrong body', '/v1/commands', { body: { op: 'create' } }, 400],
  ];

  test.each(WRONG)(
    'an error is answered as it says: a request %s',
    async (_, ...[path, sending, status]) => {
      const { status: found, body } = await httpApi(cluster.daemon)(path, sending);
      expect(found).toBe(status);
      const judge = validator('components', 'schemas', 'Error');
      expect(judge(body), ajv.errorsText(judge.errors)).toBe(true);
    },
  );

  test('a request that the schema refuses is refused by the daemon, too', async () => {
    const send = httpApi(cluster.daemon);
    const judge = validator('components', 'schemas', 'CreateRequest');
    const wrong = [
      { op: 'create' },
      { op: 'create', groupId: '' },
      { op: 'create', groupId: 'a', more: 1 },
      { op: 'create', groupId: 'a', deadlineMs: 1.5 },
      { op: 'create', groupId: 'a', lane: 'slow' },
      { op: 'create', groupId: 'a', record: 5 },
    ];
    for (const body of wrong) {
      expect(judge(body), JSON.stringify(body)).toBe(false);
      expect((await send('/v1/commands', { body })).status).toBe(400);
    }
  });
});

function rooted(shape: object): object {
  return JSON.parse(JSON.stringify(shape).replaceAll('"#/', '"api#/')) as object;
}
