/** Owner marks. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatToken, parseToken, sameToken, TokenSource } from '../../src/core/token.ts';

/** From 2001 to 2255, the time in which a double counts microseconds. */
const MICROS = fc.integer({ min: 1e15, max: Number.MAX_SAFE_INTEGER });

describe('a token', () => {
  it('is decimal seconds with six places, and reads back as it was', () => {
    expect(formatToken(1_633_786_070_879_454)).toBe('1633786070.879454');
    expect(formatToken(1_000_000_000_000_001)).toBe('1000000000.000001');
    fc.assert(
      fc.property(MICROS, (micros) => {
        expect(formatToken(micros)).toMatch(/^\d{10}\.\d{6}$/);
        expect(parseToken(formatToken(micros))).toBe(micros);
      }),
    );
  });

  it.for(['', '.', '1', '1.5', '1.0000001', '-1.000000', '1e3.000000', ' 1.000000', 'x.000000'])(
    'that formatToken did not make is an error: %j',
    (text) => {
      expect(() => parseToken(text)).toThrow(`not a token: ${text}`);
    },
  );

  it('stays distinct from its neighbours when a node parses it as a float', () => {
    const today = fc.integer({ min: 1.6e15, max: 4e15 });
    fc.assert(
      fc.property(today, (micros) => {
        const [one, next] = [formatToken(micros), formatToken(micros + 1)];
        expect(Number(next)).toBeGreaterThan(Number(one));
        expect(sameToken(one, next)).toBe(false);
      }),
    );
  });

  it('is the same by its number, not by its text', () => {
    expect(sameToken('1.5', '1.500000')).toBe(true);
    expect(sameToken('1.5', '1.6')).toBe(false);
    expect(sameToken('abc', 'abc')).toBe(true);
    expect(sameToken('abc', 'abd')).toBe(false);
  });
});

describe('a source of tokens', () => {
  it('gives marks that rise by at least a microsecond, whatever the clock says', () => {
    const clock = fc.array(fc.double({ min: 0, max: 4e12, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(MICROS, clock, (last, times) => {
        fc.pre(last < 4e15);
        const source = new TokenSource(last);
        let before = last;
        for (const now of times) {
          const next = parseToken(source.next(now));
          expect(next).toBeGreaterThan(before);
          before = next;
        }
      }),
    );
  });

  it('follows the clock when that is ahead', () => {
    expect(new TokenSource(0).next(1_700_000_000_000.25)).toBe('1700000000.000250');
    expect(new TokenSource(1_700_000_000_000_250).next(5)).toBe('1700000000.000251');
  });
});
