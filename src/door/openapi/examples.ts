/**
 * The examples of the OpenAPI document. A test sends each of them to a real daemon, in their order, and holds the answers
 * to the document.
 */

export interface BodyExample {
  readonly summary: string;
  readonly value: Readonly<Record<string, unknown>>;
}

const KEY = '5';

/** Of `POST`, by path. */
export const BODY_EXAMPLES: Readonly<Record<string, Readonly<Record<string, BodyExample>>>> = {
  '/v1/commands': {
    create: {
      summary: 'A record on every node, or on none',
      value: { op: 'create', id: 'order-17', groupId: KEY },
    },
    delete: {
      summary: 'A record on no node, or unchanged on all',
      value: { op: 'delete', groupId: KEY, deadlineMs: 10_000 },
    },
    dryRun: {
      summary: 'What a command would do: every node is read, and none is changed',
      value: { op: 'delete', groupId: KEY, dryRun: true },
    },
    later: {
      summary: 'Answered as soon as the command is durable',
      value: { op: 'create', id: 'order-18', groupId: '6', wait: 'accepted', lane: 'bulk' },
    },
    batch: {
      summary: 'Several commands, each as if it came alone',
      value: {
        op: 'batch',
        commands: [
          { op: 'create', id: 'order-19', groupId: '7', ensure: true },
          { op: 'delete', id: 'order-20', groupId: '8' },
        ],
      },
    },
  },
  '/v1/acts': {
    pause: { summary: 'Begin no command of a lane', value: { op: 'pause', lane: 'bulk' } },
    resume: { summary: 'Begin them again', value: { op: 'resume', lane: 'bulk' } },
    retry: {
      summary: 'Make the next attempt now',
      value: { op: 'retry', filter: { stuck: true } },
    },
    cancel: {
      summary: 'Undo all open commands of a lane: how many would match',
      value: { op: 'cancel', filter: { lane: 'bulk' }, dryRun: true },
    },
    abandon: {
      summary: 'Give up the rollbacks that one node holds up: which would match',
      value: { op: 'abandon', filter: { stuck: true, node: 'node02' }, dryRun: true },
    },
    restore: {
      summary: 'Continue the commands of a restored journal: which would match',
      value: { op: 'restore', act: 'resume', filter: {}, dryRun: true },
    },
    breaker: {
      summary: 'Call a node again after its breaker was opened',
      value: { op: 'breaker', node: 'node02', act: 'reset' },
    },
    drain: {
      summary: 'New commands wait for a node that is worked on',
      value: { op: 'node', node: 'node02', act: 'drain' },
    },
    undrain: {
      summary: 'They go on',
      value: { op: 'node', node: 'node02', act: 'undrain' },
    },
    retire: {
      summary: 'A node is gone for good: which open commands would go on without it',
      value: { op: 'node', node: 'node02', act: 'retire', force: true, dryRun: true },
    },
    audit: {
      summary: 'Compare the first keys of all nodes with the journal',
      value: { op: 'audit', limit: 100 },
    },
  },
};

/** Of a parameter, by its name. */
export const PARAMETER_EXAMPLES: Readonly<Record<string, string | number | boolean>> = {
  id: 'order-17',
  'Idempotency-Key': 'order-17',
  wait: 5000,
  story: true,
  record: true,
  state: 'committed',
  stuck: true,
  parked: true,
  groupId: KEY,
  node: 'node02',
  lane: 'bulk',
  olderThanMs: 60_000,
  youngerThanMs: 3_600_000,
  limit: 100,
  cursor: '17',
  act: 'pause',
  who: 'ops-token',
  on: 'bulk',
  outcome: 'done',
};
