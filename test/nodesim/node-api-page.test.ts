/** docs/node-api.md says what is so: its examples are sent, its tables are held against the code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkFaults, checkNodeSettings } from '../../src/nodesim/faults/schema.ts';
import { SOURCES } from '../../src/nodesim/settings.ts';
import { type Nodesim, startNodesim } from '../support/nodesim.ts';
import { type RawAnswer, rawCall } from './raw-call.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/node-api.md'), 'utf8');
const NAMES = ['node01', 'node02', 'node03'];

interface Example {
  readonly line: number;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** A status and a content type, or the code of the error. */
  readonly outcome: string;
  readonly answer: string;
}

const examples = [...page.matchAll(/^```http\n([\s\S]*?)^```$/gm)].map(readExample);

function readExample(match: RegExpExecArray): Example {
  const [request = '', shown = ''] = (match[1] ?? '').split(/^→ /m);
  const [head = '', ...body] = request.trimEnd().split('\n\n');
  const [first = '', ...headers] = head.split('\n');
  const [method = '', url = ''] = first.split(' ');
  const [outcome = '', ...answer] = shown.trimEnd().split('\n');
  return {
    line: page.slice(0, match.index).split('\n').length,
    method,
    url,
    headers: Object.fromEntries(headers.map((header) => header.split(': ', 2))),
    body: body.length === 0 ? undefined : body.join('\n\n'),
    outcome,
    answer: answer.join('\n'),
  };
}

describe('docs/node-api.md', () => {
  let sim: Nodesim;
  beforeAll(async () => {
    sim = await startNodesim({ nodes: NAMES });
  });
  afterAll(() => sim[Symbol.asyncDispose]());

  it('holds enough examples for this test to mean something', () => {
    expect(examples.length).toBeGreaterThan(40);
  });

  it.each(examples)('line $line: $method $url gives $outcome', async (example) => {
    const { method, headers, body } = example;
    const call = { method, headers, ...(body === undefined ? {} : { body }) };
    const got = await rawCall(realUrl(example.url), call).then(told, failed);
    expect({ outcome: got.outcome, text: comparable(got.text) }).toEqual({
      outcome: example.outcome,
      text: comparable(example.answer),
    });
    // A one-line answer is shown byte for byte, but for the newline that ends a text.
    const { answer } = example;
    if (!answer.includes('\n')) expect([answer, `${answer}\n`]).toContain(got.text);
  });

  function realUrl(shown: string): string {
    const url = new URL(shown);
    const at = Number(url.port) - 7400;
    url.port = String(Number(new URL(sim.sharedUrl).port) + at);
    return `${url.origin}${shown.slice(shown.indexOf('/', 'http://'.length))}`;
  }
});

interface Got {
  readonly outcome: string;
  readonly text: string;
}

function told({ status, type, text }: RawAnswer): Got {
  return { outcome: type === undefined ? String(status) : `${status} ${type}`, text };
}

function failed(error: NodeJS.ErrnoException): Got {
  return { outcome: error.code ?? error.message, text: '' };
}

function comparable(text: string): unknown {
  return text.startsWith('{') ? (JSON.parse(text) as unknown) : text.trimEnd();
}

describe('the tables of docs/node-api.md', () => {
  /** The names that a strict check would have taken. */
  function known(message: string): string[] {
    return (message.split('known are ')[1] ?? '').split(', ');
  }

  it('name every field of the faults and the settings', () => {
    const strange = { zzzzzzzzzzzz: 1 };
    for (const checked of [checkFaults(strange), checkNodeSettings(strange)]) {
      const fields = known(checked.ok ? '' : checked.message);
      expect(fields.length).toBeGreaterThan(2);
      for (const field of fields) expect(page).toContain(`\`${field}\``);
    }
  });

  it('name every flag and variable', () => {
    for (const { flag, variable } of Object.values(SOURCES)) {
      const cell = flag === undefined ? '|' : `\`--${flag}\` |`;
      expect(page).toContain(`| ${cell} \`${variable}\` |`);
    }
  });
});
