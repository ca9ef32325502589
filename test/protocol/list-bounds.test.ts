import { describe, expect, test } from 'vitest';
import { parseRequest, parseValue } from '../../src/protocol/parse-request.ts';

describe('P9: lists are counted before their members are judged', () => {
  const many = (count: number, member: string) => `[${Array(count).fill(member).join()}]`;
  const SLOWEST_MS = 400;

  test.each([
    ['state', `{"op":"list","state":${many(32_764, '"refused"')}}`],
    ['state', `{"op":"list","state":${many(500_000, '0')}}`],
    ['filter.state', `{"op":"cancel","filter":{"state":${many(90_000, '"applying"')}}}`],
    ['keys', `{"op":"audit","keys":${many(500_000, '0')}}`],
    ['commands', `{"op":"batch","commands":${many(500_000, '0')}}`],
  ])('%s of too many costs no more than to read it', (field, frame) => {
    const begun = performance.now();
    const parsed = parseRequest(Buffer.from(frame));
    expect(performance.now() - begun).toBeLessThan(SLOWEST_MS);
    expect(parsed).toMatchObject({
      reply: {
        error: {
          code: 'invalid_request',
          field,
          message: expect.stringMatching(/holds more than \d+ entries/),
        },
      },
    });
  });

  test('a name given twice counts once', () => {
    const states = parseValue({ op: 'list', state: ['refused', 'refused', 'applying'] });
    expect(states).toMatchObject({ request: { state: ['refused', 'applying'] } });
    const keys = parseValue({ op: 'audit', keys: ['b', 'a', 'b'] });
    expect(keys).toMatchObject({ request: { keys: ['b', 'a'] } });
  });

  test('a node is named by no more than a node can be called', () => {
    for (const request of [{ op: 'breaker' }, { op: 'list' }]) {
      const parsed = parseValue({ ...request, node: 'x'.repeat(65) });
      expect(parsed).toMatchObject({
        reply: { error: { field: 'node', message: expect.stringMatching(/longer than 64/) } },
      });
    }
  });
});
