import type { Command } from '../../src/core/model.ts';

/** In place of a command, for a read that belongs to none. */
export function trialOf(groupId: string): Command {
  return {
    seq: 0,
    id: 'trial',
    op: 'create',
    groupId,
    ensure: false,
    lane: 'interactive',
    token: '0.000000',
    nodes: [],
    acceptedAt: 0,
    deadlineAt: 0,
  };
}
