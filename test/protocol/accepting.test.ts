import { describe, expect, test } from 'vitest';
import {
  acceptingOf,
  type Causes,
  isOwn,
  REFUSAL_REASONS,
  refusalOf,
  refusalReply,
} from '../../src/protocol/accepting.ts';

const ALL: Causes = Object.fromEntries(
  REFUSAL_REASONS.map((reason) => [reason, { message: `it is ${reason}` }]),
);

describe('whether new commands are taken in', () => {
  test('they are while nothing stands against it', () => {
    expect(acceptingOf({})).toEqual({ accepting: true });
    expect(acceptingOf({ disk: undefined, full: undefined })).toEqual({ accepting: true });
  });

  test('of several reasons the first is reported, the nodes last', () => {
    const sent: string[] = [];
    const causes: Record<string, unknown> = { ...ALL };
    for (let refusal = refusalOf(causes); refusal !== undefined; refusal = refusalOf(causes)) {
      expect(acceptingOf(causes)).toEqual({ accepting: false, refusal });
      sent.push(refusal.message);
      causes[refusal.reason] = undefined;
    }
    expect(sent).toEqual(
      ['starting', 'draining', 'journal', 'disk', 'full', 'retired', 'breaker'].map(
        (reason) => `it is ${reason}`,
      ),
    );
  });

  test('only what is wrong with nodes is no fault of this daemon', () => {
    const own = REFUSAL_REASONS.filter((reason) => isOwn({ reason, message: '' }));
    expect(own).toEqual(['starting', 'draining', 'journal', 'disk', 'full']);
  });

  test.each([
    ['starting', 'unavailable'],
    ['draining', 'draining'],
    ['disk', 'unavailable'],
    ['full', 'busy'],
    ['retired', 'unavailable'],
    ['breaker', 'unavailable'],
  ] as const)(
    'while %s, a command is answered %s, and for how long if that is known',
    (reason, code) => {
      const refusal = {
        reason,
        message: 'why',
        hint: 'do this',
        retryAfterMs: 7,
        nodes: ['node01'],
      };
      expect(refusalReply(refusal, 'a')).toEqual({
        // P3: with `draining` an id says that the command goes on.
        ...(code === 'draining' ? {} : { id: 'a' }),
        error: { code, message: 'why', hint: 'do this', retryAfterMs: 7 },
      });
      expect(refusalReply({ reason, message: 'why' }, undefined)).toEqual({
        error: { code, message: 'why', hint: expect.stringContaining('end it again') },
      });
    },
  );
});
