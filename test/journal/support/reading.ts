import { expect } from 'vitest';
import type { Journal, ListFilter, StoredCommand } from '../../../src/journal/port.ts';

/** All pages of a listing; holds every page to its bounds on the way. */
export async function listAll(
  journal: Journal,
  filter: ListFilter = {},
  limit = 100,
): Promise<StoredCommand[]> {
  const found: StoredCommand[] = [];
  let before: number | undefined;
  for (;;) {
    const page = await journal.list(filter, before, limit);
    expect(page.commands.length).toBeLessThanOrEqual(limit);
    found.push(...page.commands);
    if (page.next === undefined) return found;
    expect(page.next).toBeLessThan(before ?? Number.POSITIVE_INFINITY);
    before = page.next;
  }
}

export function seqsOf(commands: readonly StoredCommand[]): number[] {
  return commands.map((one) => one.command.seq);
}
