import { expect, onTestFinished, test, vi } from 'vitest';
import { troubleLines } from '../../src/coordinator/journal/trouble-lines.ts';
import { JournalError } from '../../src/journal/errors.ts';
import { notedLog } from '../observe/support/noted-log.ts';

test('P9, P10: one trouble with the journal, however often, is one line in ten seconds; another one hides none', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const { log, lines } = notedLog();
  const note = troubleLines(log);
  const full = new JournalError('the disk is full', { code: 'full' });
  for (let act = 0; act < 1_000; act++) note('an act cannot be noted', full);
  note('the upkeep failed', full);
  vi.advanceTimersByTime(10_000);
  note('an act cannot be noted', full);
  expect(lines.map(({ message, fields }) => [message, fields['count']])).toEqual([
    ['an act cannot be noted', 1],
    ['the upkeep failed', 1],
    ['an act cannot be noted', 1_000],
  ]);
  expect(lines[0]).toMatchObject({ level: 'warn', fields: { error: 'the disk is full' } });
});
