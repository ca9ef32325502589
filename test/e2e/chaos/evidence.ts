/** What is there to be judged once everything has come to rest. */
import { vi } from 'vitest';
import { type CommandAnswer, isError, type LockstepClient } from '../../../src/client/index.ts';
import type { SimControls } from '../../support/sim-api.ts';
import type { Evidence } from './checker.ts';

const QUIET_MS_MAX = 60_000;

/** Ends all faults and waits until no command is open and no effect is still to land. */
export async function comeToRest(asking: LockstepClient, sim: SimControls): Promise<void> {
  await sim.clearFaults();
  await sim.setSettings('*', { randomBehavior: 0 });
  await vi.waitUntil(
    async () => {
      const summary = await asking.summary();
      const landing = Object.values(await sim.counters()).some(({ late }) => late.waiting > 0);
      return !isError(summary) && summary.open === 0 && !landing;
    },
    { timeout: QUIET_MS_MAX, interval: 200 },
  );
}

export async function seen(
  asking: LockstepClient,
  sim: SimControls,
): Promise<Pick<Evidence, 'journal' | 'nodes'>> {
  const journal = await wholeJournal(asking);
  const nodes: Record<string, readonly string[]> = {};
  for (const name of Object.keys(await sim.counters())) nodes[name] = await sim.list(name);
  return { journal, nodes };
}

/** In the order of acceptance. */
async function wholeJournal(asking: LockstepClient): Promise<readonly CommandAnswer[]> {
  const all: CommandAnswer[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await asking.list({ limit: 1000, ...(cursor === undefined ? {} : { cursor }) });
    if (isError(page)) throw new Error(page.error.message);
    all.push(...page.commands);
    cursor = page.next;
    if (cursor === undefined) return all.reverse();
  }
}

/** How many commands ended in each state. */
export function countStates(journal: readonly CommandAnswer[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { state } of journal) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}
