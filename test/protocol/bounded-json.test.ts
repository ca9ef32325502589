import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  CostlyJson,
  JSON_DEPTH_MAX,
  JSON_VALUES_MAX,
  parseJson,
} from '../../src/protocol/bounded-json.ts';
import { parseRequest } from '../../src/protocol/parse-request.ts';

const LENGTH = 1024 * 1024;

/** Texts of a mebibyte that cost a parser much, whether they end as JSON or not. */
const COSTLY: readonly (readonly [string, string])[] = [
  ['brackets', '['.repeat(LENGTH)],
  ['braces', '{"":'.repeat(LENGTH / 4)],
  ['nested arrays', '['.repeat(LENGTH / 2) + ']'.repeat(LENGTH / 2)],
  ['empty arrays', `[${'[],'.repeat(LENGTH / 3)}0]`],
  ['empty objects', `[${'{},'.repeat(LENGTH / 3)}0]`],
  ['numbers', `[${'0,'.repeat(LENGTH / 2)}0]`],
  ['a text before them', `["\\\\\\"]","${'x'.repeat(1000)}",${'['.repeat(LENGTH)}`],
];

test.each(COSTLY)('P9: %s are counted before they are parsed', (_, text) => {
  expect(() => parseJson(text)).toThrow(CostlyJson);
});

test('P9: the error names the bound that a request exceeds', () => {
  const sent = (text: string) => parseRequest(Buffer.from(text));
  const deep = { code: 'invalid_request', message: 'the request nests deeper than 100 levels' };
  expect(sent('['.repeat(LENGTH))).toMatchObject({ ok: false, reply: { error: deep } });
  const deepKey = sent(`{"op":"create","groupId":${'['.repeat(LENGTH)}}`);
  expect(deepKey).toMatchObject({ ok: false, reply: { error: { ...deep, field: 'groupId' } } });
  const wide = { code: 'invalid_request', message: 'the request has more than 600000 values' };
  expect(sent(`[${'{},'.repeat(LENGTH)}0]`)).toMatchObject({ ok: false, reply: { error: wide } });
});

test('reads what is within the bounds, to the last level and value', () => {
  const deepest = '['.repeat(JSON_DEPTH_MAX) + ']'.repeat(JSON_DEPTH_MAX);
  expect(JSON.stringify(parseJson(deepest))).toBe(deepest);
  expect(() => parseJson(`[${deepest}]`)).toThrow(CostlyJson);
  const widest = `[${'0,'.repeat(JSON_VALUES_MAX - 1)}0]`;
  expect(parseJson(widest)).toHaveLength(JSON_VALUES_MAX);
  expect(() => parseJson(`[0,${widest.slice(1)}`)).toThrow(CostlyJson);
});

test('brackets, commas and quotes inside texts count for nothing', () => {
  const text = fc.string({ unit: fc.constantFrom('[', '{', '}', ',', '"', '\\', 'x') });
  fc.assert(
    fc.property(fc.array(fc.dictionary(text, text)), (value) => {
      expect(parseJson(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
  const many = JSON.stringify(['["{'.repeat(1000), '\\'.repeat(1001), '\\"['.repeat(1000)]);
  expect(parseJson(many)).toEqual(JSON.parse(many));
});
