/** The log lines about commands, level by level. */
import { describe, expect, test } from 'vitest';
import { CommandLog } from '../../src/coordinator/commands/command-log.ts';
import type { CommandAnswer } from '../../src/protocol/answer.ts';
import type { CommandChange } from '../../src/protocol/event.ts';
import { notedLog } from '../observe/support/noted-log.ts';
import { HandClock } from './support/hand-clock.ts';

function setUp(level: 'info' | 'debug') {
  const { log, lines } = notedLog();
  const clock = new HandClock();
  const commands = new CommandLog(
    { ...log, wants: (asked) => asked !== 'debug' || level === asked },
    clock,
  );
  let made = 0;
  const take = (change: CommandChange, more: Partial<CommandAnswer> = {}) =>
    commands.take({
      kind: 'command',
      topic: `command.${change}`,
      payload: () => {
        made++;
        return {
          id: 'id-1',
          op: 'create',
          groupId: '5',
          state: 'committed',
          elapsedMs: 4.2,
          ...more,
        };
      },
    });
  return { lines, clock, take, made: () => made };
}

describe('the log of commands', () => {
  test('at info: nothing of one that committed, not even its answer is made', () => {
    const { lines, take, made } = setUp('info');
    take('accepted');
    take('committed');
    expect(lines).toEqual([]);
    expect(made()).toBe(0);
  });

  test('at info: one line for each that was rolled back, abandoned, or refused for a fault of a node', () => {
    const { lines, take } = setUp('info');
    const nodes = {
      node01: { state: 'absent', attempts: 2 },
      node03: { state: 'absent', attempts: 4, lastResponse: '500 out of order' },
    } as const;
    take('compensating', { reason: 'deadline' });
    take('rolled_back', { reason: 'deadline', nodes });
    take('abandoned', { reason: 'deadline' });
    take('refused', { reason: 'node_refused' });
    take('refused', { reason: 'already_exists' });
    take('refused', { reason: 'not_found' });
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ['info', 'a command was rolled back'],
      ['info', 'a command was abandoned'],
      ['info', 'a command was refused'],
    ]);
    expect(lines[0]?.fields).toMatchObject({
      id: 'id-1',
      op: 'create',
      groupId: '5',
      reason: 'deadline',
      ms: 4,
      nodes: 'node03: 500 out of order',
    });
  });

  test('P9, P10: a flood of them is cut, and how many were left out is said when the window ends', async () => {
    const { lines, clock, take } = setUp('info');
    for (let count = 0; count < 50; count++) take('rolled_back');
    expect(lines).toHaveLength(20);
    await clock.advance(10_000);
    expect(lines).toHaveLength(21);
    expect(lines[20]).toMatchObject({
      message: 'log lines about commands were left out (rate limit)',
      fields: { count: 30 },
    });
    take('rolled_back');
    expect(lines).toHaveLength(22);
    await clock.advance(60_000);
    expect(lines).toHaveLength(22);
  });

  test('at debug: every step of every command', () => {
    const { lines, take } = setUp('debug');
    take('accepted', { state: 'accepted', lane: 'bulk' });
    take('compensating', { reason: 'cancelled' });
    take('stuck', { stuck: true });
    take('rolled_back', { reason: 'cancelled' });
    take('committed');
    expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'debug a command was accepted',
      'debug a command is being rolled back',
      'debug a command is stuck',
      'info a command was rolled back',
      'debug a command was committed',
    ]);
    expect(lines[0]?.fields).toMatchObject({
      id: 'id-1',
      op: 'create',
      groupId: '5',
      lane: 'bulk',
    });
  });
});
