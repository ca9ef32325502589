import { describe, expect, test } from 'vitest';
import { ERROR_CODES } from '../../src/protocol/errors.ts';
import { parseRequest } from '../../src/protocol/parse-request.ts';
import { OPERATION_NAMES } from '../../src/protocol/request.ts';
import { protocolExamples, protocolPage, shapeFaults } from '../support/protocol-examples.ts';

const page = protocolPage();
const examples = protocolExamples();

describe('docs/protocol.md', () => {
  test('shows a request and its reply for every op', () => {
    const shown = new Set(examples.map(({ request }) => request['op']));
    expect(OPERATION_NAMES.filter((name) => !shown.has(name))).toEqual([]);
  });

  test('has a heading for every op', () => {
    expect(OPERATION_NAMES.filter((name) => !page.includes(`\n### ${name}\n`))).toEqual([]);
  });

  test.each(examples.map((example) => [example.line, example] as const))(
    'line %i: the request is read as the reply says',
    (_line, { text, reply }) => {
      const parsed = parseRequest(Buffer.from(text));
      const error = reply['error'] as { code: string; field?: string } | undefined;
      // An error of `id` is found by looking the command up, not by reading the request.
      const wrong = error?.code === 'invalid_request' && error.field !== 'id';
      expect(parsed.ok).toBe(!wrong);
      if (!parsed.ok) expect(parsed.reply).toEqual(reply);
    },
  );

  test('has the table of errors that the code has', () => {
    const rows = [...page.matchAll(/^\| `(\w+)` \| (.+) \| (yes|no) \|$/gm)];
    const shown = rows.map(([, code, meaning, again]) => [code, meaning, again]);
    const known = Object.entries(ERROR_CODES);
    expect(shown).toEqual(
      known.map(([code, { meaning, retry }]) => [code, meaning, retry ? 'yes' : 'no']),
    );
  });

  test('shows in its errors the hints that the code gives', () => {
    const hints: Readonly<Record<string, string>> = {
      id_conflict: ERROR_CODES.id_conflict.hint,
      unknown_command: ERROR_CODES.unknown_command.hint,
    };
    const errors = examples.flatMap(({ reply }) =>
      reply['error'] === undefined ? [] : [reply['error'] as { code: string; hint: string }],
    );
    expect(errors.length).toBeGreaterThan(4);
    for (const { code, hint } of errors) if (code in hints) expect(hint).toBe(hints[code]);
  });
});

describe('the examples', () => {
  test('must come in pairs of JSON objects', () => {
    const request = '```json request\n{"op":"ping"}\n```\n';
    const reply = '```json reply\n{"pid":1}\n```\n';
    expect(protocolExamples(request + reply)).toMatchObject([{ line: 1, reply: { pid: 1 } }]);
    expect(() => protocolExamples(request)).toThrow('line 1: a request without a reply');
    expect(() => protocolExamples(reply)).toThrow('a reply without a request');
    expect(() => protocolExamples('```json request\nnope\n```\n')).toThrow('line 1: SyntaxError');
  });

  test.each([
    [{ state: 'committed', elapsedMs: 9 }, []],
    [{ state: 'refused', elapsedMs: 9 }, ['reply.state is "refused", not "committed"']],
    [{ state: 'committed' }, ['reply.elapsedMs is missing']],
    [{ state: 'committed', elapsedMs: '9' }, ['reply.elapsedMs is "9"']],
    [{ state: 'committed', elapsedMs: 9, x: 1 }, ['reply.x is not on the page']],
    ['committed', ['reply is no object']],
  ])('differ in shape from %j as told', (actual, faults) => {
    expect(shapeFaults(actual, { state: 'committed', elapsedMs: 4 })).toEqual(faults);
  });
});
