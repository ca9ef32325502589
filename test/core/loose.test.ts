/** P4: requests that may still land, and the goals that they oppose. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { opposedUntil, opposes, type Want, wantedBy, withLoose } from '../../src/core/loose.ts';
import type { Loose, Presence } from '../../src/core/model.ts';
import { commandOf, OTHER, OWN } from './builders.ts';

const loose = (effect: Presence, token?: string): Loose =>
  token === undefined ? { effect, until: 1 } : { effect, token, until: 1 };

describe('opposes', () => {
  const absence: Want = { presence: 'absent' };
  const anyRecord: Want = { presence: 'present' };
  const ownRecord: Want = { presence: 'present', token: OWN };
  it.for([
    ['a create opposes absence', loose('present', OTHER), absence, true],
    ['a create without a token opposes absence', loose('present'), absence, true],
    ['a create does not oppose a record', loose('present', OTHER), anyRecord, false],
    [
      'a create does not oppose the record of another token',
      loose('present', OTHER),
      ownRecord,
      false,
    ],
    ['a delete does not oppose absence', loose('absent'), absence, false],
    ['a guarded delete does not oppose absence', loose('absent', OWN), absence, false],
    ['a delete opposes any record', loose('absent'), anyRecord, true],
    ['a delete opposes a certain record', loose('absent'), ownRecord, true],
    ['a guarded delete opposes a record that may be any', loose('absent', OTHER), anyRecord, true],
    ['a guarded delete opposes the record of its token', loose('absent', OWN), ownRecord, true],
    ['… as numbers compare', loose('absent', `${OWN}000`), ownRecord, true],
    ['a guarded delete leaves the record of another', loose('absent', OTHER), ownRecord, false],
  ] as const)('P4.3: %s', ([, one, want, expected]) => {
    expect(opposes(one, want)).toBe(expected);
  });
});

describe('wantedBy', () => {
  it('a delete wants absence, a create its own record, one with ensure any record', () => {
    expect(wantedBy(commandOf({ op: 'delete' }))).toEqual({ presence: 'absent' });
    expect(wantedBy(commandOf({ op: 'delete', ensure: true }))).toEqual({ presence: 'absent' });
    expect(wantedBy(commandOf())).toEqual({ presence: 'present', token: OWN });
    expect(wantedBy(commandOf({ ensure: true }))).toEqual({ presence: 'present' });
  });
});

const TOKENS = fc.constantFrom(undefined, OWN, OTHER);
const LOOSE: fc.Arbitrary<Loose> = fc
  .record({
    effect: fc.constantFrom<Presence>('present', 'absent'),
    token: TOKENS,
    until: fc.integer({ min: 1, max: 100 }),
  })
  .map(({ token, ...rest }) => (token === undefined ? rest : { ...rest, token }));
const WANT: fc.Arbitrary<Want> = fc
  .record({ presence: fc.constantFrom<Presence>('present', 'absent'), token: TOKENS })
  .map(({ token, ...rest }) => (token === undefined ? rest : { ...rest, token }));
const NOW = fc.integer({ min: 0, max: 100 });

describe('opposedUntil', () => {
  it('P4.2: is the end of the last opposing request, and 0 if all have ended', () => {
    fc.assert(
      fc.property(fc.array(LOOSE), WANT, NOW, (list, want, now) => {
        const ends = list.filter((one) => one.until > now && opposes(one, want));
        expect(opposedUntil(list, want, now)).toBe(Math.max(0, ...ends.map((one) => one.until)));
      }),
    );
  });
});

describe('withLoose', () => {
  it('P4.2: neither shortens a wait nor lengthens one', () => {
    fc.assert(
      fc.property(fc.array(LOOSE), LOOSE, fc.tuple(WANT, NOW), (list, added, [want, now]) => {
        const before = opposedUntil([...list, added], want, now);
        expect(opposedUntil(withLoose(list, added, now), want, now)).toBe(before);
      }),
    );
  });

  it('P9: keeps one of a kind, and nothing that has ended but what was added', () => {
    fc.assert(
      fc.property(fc.array(LOOSE), LOOSE, NOW, (list, added, now) => {
        const first = withLoose(list, added, now);
        const alike = first.filter(
          (one) => one.effect === added.effect && one.token === added.token,
        );
        expect(alike.length).toBe(1);
        for (const one of first) if (!alike.includes(one)) expect(one.until).toBeGreaterThan(now);
      }),
    );
  });
});
