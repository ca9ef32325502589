/** The text of answers, however long they are. */
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { answerText } from '../../src/coordinator/requests/answer-text.ts';
import { errorReply } from '../../src/protocol/errors.ts';

function resultsOf(count: number) {
  return Array.from({ length: count }, (_, index) => errorReply('busy', `number ${index}`));
}

test.each([0, 1, 500])('an answer with %i results is written at once', (count) => {
  const results = resultsOf(count);
  expect(JSON.parse(answerText({ results }, 7) as string)).toEqual({ results, at: 7 });
});

test.each([501, 1000, 10_000])(
  'P9: the text of %i results is the same, and the event loop turns meanwhile',
  async (count) => {
    const results = resultsOf(count);
    const text = answerText({ results }, 7);
    let turns = 0;
    let isWritten = false;
    void Promise.resolve(text).then(() => {
      isWritten = true;
    });
    for (; !isWritten; turns++) await turnOfLoop();
    expect(await text).toBe(JSON.stringify({ results, at: 7 }));
    expect(turns).toBeGreaterThanOrEqual(count / 500);
  },
);
