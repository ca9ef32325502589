import { describe, expect, test } from 'vitest';
import { OpenCommand } from '../../src/coordinator/queue/open-command.ts';
import { STAGES, type Stage } from '../../src/coordinator/queue/stages.ts';

const ALL = Object.keys(STAGES) as readonly Stage[];

/** A shortest way from `new`; undefined if the table has none. */
function wayTo(stage: Stage): readonly Stage[] | undefined {
  const ways: (readonly Stage[])[] = [[]];
  const seen = new Set<Stage>(['new']);
  for (const way of ways) {
    const from = way.at(-1) ?? 'new';
    if (from === stage) return way;
    for (const to of STAGES[from]) {
      if (seen.has(to)) continue;
      seen.add(to);
      ways.push([...way, to]);
    }
  }
  return undefined;
}

function commandAt(stage: Stage): OpenCommand {
  const open = new OpenCommand({
    seq: 1,
    id: 'a',
    op: 'create',
    groupId: '5',
    ensure: false,
    lane: 'interactive',
    token: '1.000000',
    nodes: [],
    acceptedAt: 0,
    deadlineAt: 0,
  });
  const way = wayTo(stage);
  if (way === undefined) throw new Error(`no way leads to ${stage}`);
  for (const next of way) open.moveTo(next);
  return open;
}

describe('the stages of an open command', () => {
  const steps = ALL.flatMap((from) => ALL.map((to) => ({ from, to })));

  test.each(steps)('from $from to $to: as the table says, and no other way', ({ from, to }) => {
    const open = commandAt(from);
    if (STAGES[from].includes(to)) {
      open.moveTo(to);
      expect(open.stage).toBe(to);
    } else {
      expect(() => open.moveTo(to)).toThrow(`illegal step of an open command: ${from} → ${to}`);
      expect(open.stage).toBe(from);
    }
  });

  test('only a command in its lane is given to an executor, and only once (P6)', () => {
    for (const stage of ALL) {
      const open = commandAt(stage);
      if (stage === 'ready') open.assignTo(0, true);
      else expect(() => open.assignTo(0, true)).toThrow('dispatched');
    }
  });

  test('nothing leaves `gone`, and every stage leads there', () => {
    expect(STAGES.gone).toEqual([]);
    const leadsOut = new Set<Stage>(['gone']);
    for (const _ of ALL) {
      for (const stage of ALL)
        if (STAGES[stage].some((to) => leadsOut.has(to))) leadsOut.add(stage);
    }
    expect([...leadsOut].sort()).toEqual([...ALL].sort());
  });
});
