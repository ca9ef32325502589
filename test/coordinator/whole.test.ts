import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MemorySnapshot } from '../../src/journal/memory/journal.ts';
import type { CommandAnswer, StatsAnswer } from '../../src/protocol/answer.ts';
import { crewOf } from './support/crew.ts';
import { type Asked, type Desk, openDesk } from './support/desk.ts';
import { HandClock } from './support/hand-clock.ts';
import { type Fault, SimNode } from './support/sim-node.ts';

const NAMES = ['node01', 'node02', 'node03'];

function threeNodes(clock: HandClock): Record<string, SimNode> {
  return Object.fromEntries(NAMES.map((name) => [name, new SimNode(clock)]));
}

async function openCluster() {
  const clock = new HandClock();
  const nodes = threeNodes(clock);
  const desk = await openDesk({ clock, executors: 2 });
  crewOf(desk, nodes, { count: 2 });
  return { desk, nodes, node01: nodes['node01'] as SimNode };
}

describe('coordinator, executors and nodes', () => {
  test('P1: a create is on all nodes, and a delete takes it off all', async () => {
    const { desk, nodes } = await openCluster();
    const create = desk.ask({ op: 'create', groupId: '5' });
    await desk.advance(10);
    expect(create.answer).toMatchObject({ state: 'committed' });
    const stats = desk.ask({ op: 'stats' });
    await desk.rest();
    expect(stats.answer).toMatchObject({ consistent: true, nodes: { node01: { count: 1 } } });
    const remove = desk.ask({ op: 'delete', groupId: '5' });
    await desk.advance(10);
    expect(remove.answer).toMatchObject({ state: 'committed' });
    expect(Object.values(nodes).map(({ records }) => records.size)).toEqual([0, 0, 0]);
  });

  test('P1, P5: a node that refuses brings the others back, whatever hangs on the way', async () => {
    const { desk, nodes, node01 } = await openCluster();
    node01.faults.push('refused');
    const node02 = nodes['node02'] as SimNode;
    // The create of node02 is in time; its rollback hangs twice.
    node02.faults.push(undefined, 'hang', 'hang');
    const asked = desk.ask({ op: 'create', groupId: '5' });
    await desk.advance(20_000);
    expect(asked.answer).toMatchObject({ state: 'rolled_back', reason: 'node_refused' });
    expect(Object.values(nodes).map(({ records }) => records.size)).toEqual([0, 0, 0]);
  });

  test('P4.4: no delete begins while a lost create may still land, and it finds what landed', async () => {
    const { desk, nodes, node01 } = await openCluster();
    node01.faults.push('late');
    const create = desk.ask({ op: 'create', groupId: '5', deadlineMs: 100 });
    await desk.advance(1100);
    const remove = desk.ask({ op: 'delete', groupId: '5' });
    await desk.advance(30_000);
    expect(create.answer).toMatchObject({ state: 'rolled_back', reason: 'deadline' });
    expect(remove.answer).toMatchObject({ state: 'refused', reason: 'not_found' });
    expect(Object.values(nodes).map(({ records }) => records.size)).toEqual([0, 0, 0]);
  });

  test('cancel of a running command turns it, and is answered when it has taken hold', async () => {
    const { desk, nodes, node01 } = await openCluster();
    node01.faults.push('slow');
    nodes['node02']?.faults.push('unsure', 'unsure', 'unsure', 'unsure', 'unsure', 'unsure');
    const command = desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.advance(10);
    const cancel = desk.ask({ op: 'cancel', id: 'a' });
    await desk.advance(10);
    expect(cancel.isOpen).toBe(true);
    await desk.advance(5000);
    expect(cancel.answer).toMatchObject({ state: 'compensating', reason: 'cancelled' });
    expect(command.answer).toMatchObject({ state: 'rolled_back', reason: 'cancelled' });
    expect(Object.values(nodes).map(({ records }) => records.size)).toEqual([0, 0, 0]);
  });

  test('a cancel that comes while the last node is being done is told that it is done', async () => {
    const { desk, node01 } = await openCluster();
    node01.faults.push('slow');
    desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.advance(10);
    const cancel = desk.ask({ op: 'cancel', id: 'a' });
    await desk.advance(1000);
    expect(cancel.answer).toMatchObject({ id: 'a', state: 'committed' });
  });

  test('P5: a rollback that a node never answers is flagged stuck, and an operator can abandon it', async () => {
    const { desk, nodes, node01 } = await openCluster();
    node01.otherwise = () => 'hang';
    const command = desk.ask({ op: 'create', id: 'a', groupId: '5', deadlineMs: 100 });
    await desk.advance(120_000);
    const status = desk.ask({ op: 'status', id: 'a' });
    await desk.rest();
    expect(status.answer).toMatchObject({
      state: 'compensating',
      stuck: true,
      nodes: { node01: { state: 'unknown' }, node02: { state: 'absent' } },
    });
    expect(desk.events.map(([topic]) => topic)).toContain('command.stuck');
    const abandon = desk.ask({ op: 'abandon', id: 'a' });
    await desk.advance(2000);
    expect(abandon.answer).toMatchObject({ state: 'abandoned', reason: 'deadline' });
    expect(command.answer).toEqual(abandon.answer);
    expect(nodes['node01']?.running).toBe(0);
  });

  test('stop: what runs is given its end, what waits is parked, and everybody is answered', async () => {
    const { desk, node01 } = await openCluster();
    node01.faults.push('slow');
    const running = desk.ask({ op: 'create', id: 'a', groupId: '5' });
    const behind = desk.ask({ op: 'create', id: 'b', groupId: '5' });
    await desk.advance(10);
    desk.coordinator.drain();
    await desk.rest();
    expect(desk.drained).toBe(0);
    await desk.advance(1000);
    expect(desk.drained).toBe(1);
    await desk.coordinator.close();
    expect(running.answer).toMatchObject({ state: 'committed' });
    expect(behind.answer).toMatchObject({ id: 'b', error: { code: 'draining' } });
  });

  test('stop by interruption: what runs is given up, and the next life takes it up', async () => {
    const { desk, nodes, node01 } = await openCluster();
    node01.faults.push('hang');
    desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.advance(10);
    desk.coordinator.interrupt();
    await desk.rest();
    expect(desk.drained).toBe(1);
    expect(node01.running).toBe(0);
    await desk.coordinator.close();
    const next = await openDesk({
      clock: desk.clock,
      from: desk.crash(),
      prepare: (life) => void crewOf(life, nodes),
    });
    const asked = next.ask({ op: 'create', id: 'a', groupId: '5' });
    await next.advance(20_000);
    expect(asked.answer).toMatchObject({ id: 'a', state: 'committed' });
    expect(Object.values(nodes).map(({ records }) => records.size)).toEqual([1, 1, 1]);
  });
});

const FAULTS: readonly (Fault | undefined)[] = [
  'lost',
  'lost-after',
  'late',
  'hang',
  'unsure',
  'unsure-after',
  'unsent',
  'refused',
  'slow',
];

interface Life {
  readonly desk: Desk;
  readonly crash: () => void;
}

describe('any commands, any faults, crashes in between', () => {
  const act = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        op: fc.constantFrom('create' as const, 'delete' as const),
        groupId: fc.constantFrom('5', '6'),
        id: fc.nat(30).map(String),
        ensure: fc.boolean(),
        deadlineMs: fc.constantFrom(50, 3000, 30_000),
      }),
    },
    fc.record({
      op: fc.constantFrom('cancel', 'retry', 'abandon', 'status'),
      id: fc.nat(30).map(String),
    }),
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 4000 }).map((ms) => ({ ms })) },
    fc.constant('crash' as const),
  );

  test('P1, P3, P5, P7, P9: in the end all nodes are equal, all are answered, every answer is true', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(act, { minLength: 1, maxLength: 25 }),
        fc.array(fc.constantFrom(undefined, undefined, ...FAULTS), {
          minLength: 60,
          maxLength: 60,
        }),
        async (acts, faults) => {
          const clock = new HandClock();
          const nodes = threeNodes(clock);
          for (const [index, fault] of faults.entries()) {
            nodes[NAMES[index % 3] ?? '']?.faults.push(fault);
          }
          let life = await begin(clock, nodes);
          const answered: Asked[] = [];
          /** Those that the last life was asked. */
          let last: Asked[] = [];
          let wasAbandoned = false;
          for (const one of acts) {
            if (one === 'crash') {
              life.crash();
              const from = life.desk.crash();
              last = [];
              life = await begin(clock, nodes, from);
            } else if ('ms' in one) {
              await life.desk.advance(one.ms);
            } else {
              const asked = life.desk.ask(one as never);
              answered.push(asked);
              last.push(asked);
            }
          }
          await life.desk.advance(600_000);
          const { desk } = life;
          for (const { answers } of last) expect(answers).toHaveLength(1);
          for (const { answers } of answered) {
            expect(answers.length).toBeLessThanOrEqual(1);
            const [answer] = answers;
            if (answer === undefined || !('state' in answer) || !('op' in answer)) continue;
            const again = desk.ask({ op: 'status', id: answer.id });
            await desk.rest();
            const now = again.answer as CommandAnswer;
            if (now.state === 'abandoned') wasAbandoned = true;
            if (['committed', 'rolled_back', 'refused'].includes(answer.state)) {
              expect(now).toMatchObject(answer);
            }
          }
          expect(desk.coordinator.commands.registry.size).toBe(0);
          expect(desk.fatal).toEqual([]);
          for (const node of Object.values(nodes)) expect(node.running).toBe(0);
          const asked = desk.ask({ op: 'stats' });
          await desk.rest();
          if (!wasAbandoned) expect((asked.answer as StatsAnswer).consistent).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  }, 120_000);
});

async function begin(
  clock: HandClock,
  nodes: Record<string, SimNode>,
  from?: MemorySnapshot,
): Promise<Life> {
  let crash = () => {};
  const desk = await openDesk({
    clock,
    executors: 2,
    concurrency: 3,
    ...(from === undefined ? {} : { from }),
    prepare: (life) => {
      crash = crewOf(life, nodes, { count: 2 }).crash;
    },
  });
  return { desk, crash };
}
