/** Collects the evidence after the run, when nothing is under way any longer. */
import { type CommandAnswer, isError, type LockstepClient } from '../../src/client/index.ts';
import type { CountersReport } from '../../src/nodesim/node/counters.ts';
import type { Evidence } from './checker.ts';
import { until } from './until.ts';

const QUIET_MS_MAX = 120_000;
const ANSWER_MS_MAX = 10_000;
const AT_ONCE = 500;

/** The simulators, in one process or several. */
export interface Nodes {
  counters(): Promise<Record<string, CountersReport>>;
  list(node: string): Promise<string[]>;
}

/** After the end of all faults: waits until no command is open and no late effect is left. */
export function comeToRest(asking: LockstepClient, nodes: Nodes): Promise<void> {
  const isAtRest = async (): Promise<boolean> => {
    const summary = await asking.summary({ timeoutMs: ANSWER_MS_MAX });
    const landing = Object.values(await nodes.counters()).some(({ late }) => late.waiting > 0);
    return !isError(summary) && summary.open === 0 && !landing;
  };
  return until('coming to rest', isAtRest, QUIET_MS_MAX);
}

export async function seen(
  asking: LockstepClient,
  sims: Nodes,
): Promise<Pick<Evidence, 'journal' | 'nodes'>> {
  const journal = await wholeJournal(asking);
  const nodes: Record<string, readonly string[]> = {};
  for (const name of Object.keys(await sims.counters())) nodes[name] = await sims.list(name);
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

/** P7: the answers of `status` by id that differ from the journal's list. */
export async function toldOtherwise(
  asking: LockstepClient,
  journal: readonly CommandAnswer[],
): Promise<readonly string[]> {
  const different: string[] = [];
  for (let from = 0; from < journal.length; from += AT_ONCE) {
    const part = journal.slice(from, from + AT_ONCE);
    const answers = await Promise.all(part.map(({ id }) => asking.status(id)));
    for (const [index, answer] of answers.entries()) {
      const [is, was] = [answer, part[index]].map((one) => JSON.stringify(one));
      if (is !== was) different.push(`status says ${is}, list said ${was}`);
    }
  }
  return different;
}

export function countBy<T>(
  list: readonly T[],
  nameOf: (one: T) => string | undefined,
): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of list.map(nameOf)) {
    if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
