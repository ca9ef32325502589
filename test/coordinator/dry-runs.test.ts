/** Dry runs that are under way: no executor answers. */
import { expect, test } from 'vitest';
import { openHarness } from './support/harness.ts';

test('P9: one client has half of the dry runs at most, so that another one finds room', async () => {
  const harness = await openHarness();
  const ask = (client: string, count: number) =>
    Array.from({ length: count }, (_, at) =>
      harness.ask({ op: 'create', groupId: `${client}${at}`, dryRun: true }, client),
    );
  const busy = { error: { code: 'busy', retryAfterMs: 250 } };
  const all = [...ask('ann', 51), ...ask('bob', 50)];
  await harness.advance(10);
  const answered = all.filter(({ isOpen }) => !isOpen);
  expect(answered.map(({ answer }) => answer)).toMatchObject([busy]);
  expect(all.indexOf(answered[0]!)).toBe(50);
});
