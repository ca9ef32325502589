import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MemorySnapshot } from '../../src/journal/memory/snapshot.ts';
import type { CommandAnswer, StatsAnswer } from '../../src/protocol/answer.ts';
import { crewOf } from './support/crew.ts';
import { HandClock } from './support/hand-clock.ts';
import { type Asked, type Harness, openHarness } from './support/harness.ts';
import { type Fault, SimNode } from './support/sim-node.ts';

const NAMES = ['node01', 'node02', 'node03'];

function threeNodes(clock: HandClock): Record<string, SimNode> {
  return Object.fromEntries(NAMES.map((name) => [name, new SimNode(clock)]));
}

async function openCluster() {
  const clock = new HandClock();
  const nodes = threeNodes(clock);
  const harness = await openHarness({ clock, executors: 2 });
  crewOf(harness, nodes, { count: 2 });
  return { harness, nodes, node01: nodes['node01'] as SimNode };
}

describe('coordinator, executors and nodes', () => {
  test('P1: a create is on all nodes, and a delete takes it off all', async () => {
    const { harness, nodes } = await openCluster();
    const create = harness.ask({ op: 'create', groupId: '5' });
    await harness.advance(10);
    expect(create.answer).toMatchObject({ state: 'committed' });
    const stats = harness.ask({ op: 'stats' });
    await harness.rest();
    expect(stats.answer).toMatchObject({ consistent: true, nodes: { node01: { count: 1 } } });
    const remove = harness.ask({ op: 'delete', groupId: '5' });
    await harness.advance(10);
    expect(remove.answer).toMatchObject({ state: 'committed' });
    expect(Object.values(nodes).map(({ records }) => records.size)).toEqual([0, 0, 0]);
  });

  test('P1, P5: a node that refuses brings the others back, whatever hangs on the way', async () => {
    const { harness, nodes, node01 } = await openCluster();
    node01.faults.push('refused');
    const node02 = nodes['node02'] as SimNode;
    // The create of node02 is in time; its rollback hangs twice.
    node02.faults.push(undefined, 'hang', 'hang');
    const asked = harness.ask({ op: 'create', groupId: '5' });
    await harness.advance(20_000);
    expect(asked.answer).toMatchObject({ state: 'rolled_back', reason: 'node_refused' });
    expect(Object.values(nodes).map(({ records }) => records.size)).toEqual([0, 0, 0]);
  });

  test('P4.4: no delete begins while a lost create may still land, and it finds what landed', async () => {
    const { harness, nodes, node01 } = await openCluster();
    node01.faults.push('late');
    const create = harness.ask({ op: 'create', groupId: '5', deadlineMs: 100 });
    await harness.advance(1100);
    const remove = harness.ask({ op: 'delete', groupId: '5' });
    await harness.advance(30_000);
    expect(create.answer).toMatchObject({ state: 'rolled_back', reason: 'deadline' });
    expect(remove.answer).toMatchObject({ state: 'refused', reason: 'not_found' });
    expect(Object.values(nodes).map(({ records }) => records.size)).toEqual([0, 0, 0]);
  });

  test('cancel of a running command turns it, and is answered when it has taken hold', async () => {
    const { harness, nodes, node01 } = await openCluster();
    node01.faults.push('slow');
    nodes['node02']?.faults.push('unsure', 'unsure', 'unsure', 'unsure', 'unsure', 'unsure');
    const command = harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.advance(10);
    const cancel = harness.ask({ op: 'cancel', id: 'a' });
    await harness.advance(10);
    expect(cancel.isOpen).toBe(true);
    await harness.advance(5000);
    expect(cancel.answer).toMatchObject({ state: 'compensating', reason: 'cancelled' });
    expect(command.answer).toMatchObject({ state: 'rolled_back', reason: 'cancelled' });
    expect(Object.values(nodes).map(({ records }) => records.size)).toEqual([0, 0, 0]);
  });

  test('a cancel that arrives during the last exchange is answered that the command committed', async () => {
    const { harness, node01 } = await openCluster();
    node01.faults.push('slow');
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.advance(10);
    const cancel = harness.ask({ op: 'cancel', id: 'a' });
    await harness.advance(1000);
    expect(cancel.answer).toMatchObject({ id: 'a', state: 'committed' });
  });

  test('P5: a rollback that a node never answers is flagged stuck, and an operator can abandon it', async () => {
    const { harness, nodes, node01 } = await openCluster();
    node01.otherwise = () => 'hang';
    const command = harness.ask({ op: 'create', id: 'a', groupId: '5', deadlineMs: 100 });
    await harness.advance(120_000);
    const status = harness.ask({ op: 'status', id: 'a' });
    await harness.rest();
    expect(status.answer).toMatchObject({
      state: 'compensating',
      stuck: true,
      nodes: { node01: { state: 'unknown' }, node02: { state: 'absent' } },
    });
    expect(harness.events.map(([topic]) => topic)).toContain('command.stuck');
    const abandon = harness.ask({ op: 'abandon', id: 'a' });
    await harness.advance(2000);
    expect(abandon.answer).toMatchObject({ state: 'abandoned', reason: 'deadline' });
    expect(command.answer).toEqual(abandon.answer);
    expect(nodes['node01']?.running).toBe(0);
  });

  test('stop: what runs is given its end, what waits is parked, and everybody is answered', async () => {
    const { harness, node01 } = await openCluster();
    node01.faults.push('slow');
    const running = harness.ask({ op: 'create', id: 'a', groupId: '5' });
    const behind = harness.ask({ op: 'create', id: 'b', groupId: '5' });
    await harness.advance(10);
    harness.coordinator.drain();
    await harness.rest();
    expect(harness.drained).toBe(0);
    await harness.advance(1000);
    expect(harness.drained).toBe(1);
    await harness.coordinator.close();
    expect(running.answer).toMatchObject({ state: 'committed' });
    expect(behind.answer).toMatchObject({ id: 'b', error: { code: 'draining' } });
  });

  test('stop by interruption: what runs is given up, and the next life takes it up', async () => {
    const { harness, nodes, node01 } = await openCluster();
    node01.faults.push('hang');
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.advance(10);
    harness.coordinator.interrupt();
    await harness.rest();
    expect(harness.drained).toBe(1);
    expect(node01.running).toBe(0);
    await harness.coordinator.close();
    const next = await openHarness({
      clock: harness.clock,
      from: harness.crash(),
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
  readonly harness: Harness;
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
              const from = life.harness.crash();
              last = [];
              life = await begin(clock, nodes, from);
            } else if ('ms' in one) {
              await life.harness.advance(one.ms);
            } else {
              const asked = life.harness.ask(one as never);
              answered.push(asked);
              last.push(asked);
            }
          }
          await life.harness.advance(600_000);
          const { harness } = life;
          for (const { answers } of last) expect(answers).toHaveLength(1);
          for (const { answers } of answered) {
            expect(answers.length).toBeLessThanOrEqual(1);
            const [answer] = answers;
            if (answer === undefined || !('state' in answer) || !('op' in answer)) continue;
            const again = harness.ask({ op: 'status', id: answer.id });
            await harness.rest();
            const now = again.answer as CommandAnswer;
            if (now.state === 'abandoned') wasAbandoned = true;
            if (['committed', 'rolled_back', 'refused'].includes(answer.state)) {
              expect(now).toMatchObject(answer);
            }
          }
          expect(harness.coordinator.commands.registry.size).toBe(0);
          expect(harness.fatal).toEqual([]);
          for (const node of Object.values(nodes)) expect(node.running).toBe(0);
          const asked = harness.ask({ op: 'stats' });
          await harness.rest();
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
  const harness = await openHarness({
    clock,
    executors: 2,
    concurrency: 3,
    ...(from === undefined ? {} : { from }),
    prepare: (life) => {
      crash = crewOf(life, nodes, { count: 2 }).crash;
    },
  });
  return { harness, crash };
}
