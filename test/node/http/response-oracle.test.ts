import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LOOSER, STRICTER } from '../support/differences.ts';
import { startOracle } from '../support/oracle.ts';
import { readPieces, sample } from '../support/responses.ts';

const INSERTS = ['', '\r', '\n', '\r\n', '\r\n\r\n', '\0', '\t', ' ', '\x7f', '\x80', '\xa0']
  .concat(['0', 'f', 'x', ':', ';', ',', '"', '-', '=', ';a=b', '\r\n a=b', 'HTTP/1.0'])
  .concat(['content-length: 3\r\n', 'transfer-encoding: chunked\r\n', 'Transfer-Encoding: x\r\n'])
  .concat(['connection: close\r\n', 'connection: upgrade\r\nupgrade: x\r\n'])
  .concat(['HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 101 Switching Protocols\r\n\r\n']);

/** Bytes taken out somewhere, and others put there; heads are the more likely place. */
const slip = fc.tuple(
  fc.oneof(fc.nat(), fc.nat({ max: 300 })),
  fc.nat({ max: 3 }),
  fc.constantFrom(...INSERTS),
);

/** A response with a few slips in it. */
const spoiled = fc
  .tuple(sample, fc.array(slip, { minLength: 1, maxLength: 3 }))
  .map(([{ bytes }, slips]) =>
    slips.reduce((text, [where, length, insert]) => {
      const from = where % (text.length + 1);
      return text.slice(0, from) + insert + text.slice(from + length);
    }, bytes),
  );

const isLooser = (bytes: string) => LOOSER.some(({ isOne }) => isOne(bytes));
const isStricter = (bytes: string) => STRICTER.some(({ isOne }) => isOne(bytes));

describe('P1: no answer is taken for another one: what we read is what undici reads', () => {
  test('of any response that is one', async () => {
    const ask = await startOracle();
    await fc.assert(
      fc.asyncProperty(sample, async ({ bytes, response: { status, body } }) => {
        fc.pre(!isLooser(bytes));
        expect(await ask(bytes)).toEqual({ status, body });
      }),
      { numRuns: 300 },
    );
  });

  test('of any with slips: the same or nothing, and nothing only for a reason', async () => {
    const ask = await startOracle();
    await fc.assert(
      fc.asyncProperty(spoiled, async (bytes) => {
        const sent = await ask(bytes);
        const ours = readPieces([bytes]);
        if (!('fault' in ours)) {
          const { status, body } = ours;
          if ('error' in sent) expect(isLooser(bytes)).toBe(true);
          else expect(sent).toEqual({ status, body });
        } else if (!('error' in sent)) expect(isStricter(bytes)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test.each(STRICTER)('only we refuse it: $why', async ({ examples, isOne }) => {
    const ask = await startOracle();
    for (const bytes of examples) {
      expect(isOne(bytes)).toBe(true);
      expect(readPieces([bytes])).toHaveProperty('fault');
      expect(await ask(bytes)).toHaveProperty('status');
    }
  });

  test.each(LOOSER)('only we take it: $why', async ({ examples, isOne }) => {
    const ask = await startOracle();
    for (const bytes of examples) {
      expect(isOne(bytes)).toBe(true);
      expect(readPieces([bytes])).toMatchObject({ status: 200, body: 'a' });
      expect(await ask(bytes)).toHaveProperty('error');
    }
  });
});
