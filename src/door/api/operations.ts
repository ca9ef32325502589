/**
 * The API over HTTP as one table: each path is one or several operations of the protocol. The routes are made from it,
 * and so is the OpenAPI document.
 */
import type { RoleOp } from '../../clients/role.ts';
import type { SummaryAnswer } from '../../protocol/answer.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import type { AnswerName } from '../../protocol/openapi/answers.ts';
import type { OperationName } from '../../protocol/request.ts';
import type { Parameters } from './query.ts';

/** Of `?wait=`, ms. */
export const WAIT_MS_MAX = 60_000;

export interface Operation {
  readonly method: 'GET' | 'POST';
  /** As OpenAPI has it. A `GET` becomes a request of the first of `ops`, with `id` from the path. */
  readonly path: string;
  /** The role of the caller must allow this; operations of a body are judged one by one. */
  readonly needs: RoleOp;
  readonly ops: readonly OperationName[];
  readonly query: Parameters;
  /** `?wait=` is taken, and has this default, ms: an open command is answered with 202 after that time. */
  readonly waitMs?: number;
  /** `Idempotency-Key` is taken. */
  readonly takesKey?: true;
  /** Nodes are asked for it: the answer may take two minutes. */
  readonly isSlow?: true;
  /** The shapes of its answer. */
  readonly answers: readonly AnswerName[];
  /** Codes of its errors, besides those of every operation. */
  readonly fails?: readonly ErrorCode[];
  /** The part of the answer that this path shows. */
  readonly cut?: (summary: Dated) => object;
}

type Dated = SummaryAnswer & { readonly at: number };

const AGES = { olderThanMs: 'number', youngerThanMs: 'number' } as const;
const PAGE = { limit: 'number', cursor: 'text' } as const;

export const OPERATIONS: readonly Operation[] = [
  {
    method: 'POST',
    path: '/v1/commands',
    needs: 'create',
    ops: ['create', 'delete', 'batch'],
    query: {},
    waitMs: WAIT_MS_MAX,
    takesKey: true,
    answers: ['command', 'batch', 'dryRun'],
    fails: ['id_conflict', 'expired', 'too_large'],
  },
  {
    method: 'GET',
    path: '/v1/commands/{id}',
    needs: 'status',
    ops: ['status'],
    query: { story: 'flag', record: 'flag' },
    waitMs: 0,
    answers: ['command'],
    fails: ['unknown_command'],
  },
  {
    method: 'GET',
    path: '/v1/commands',
    needs: 'list',
    ops: ['list'],
    query: {
      state: 'names',
      stuck: 'flag',
      parked: 'flag',
      groupId: 'text',
      node: 'text',
      lane: 'text',
      ...AGES,
      ...PAGE,
    },
    answers: ['list'],
  },
  {
    method: 'GET',
    path: '/v1/status',
    needs: 'summary',
    ops: ['status'],
    query: {},
    answers: ['summary'],
  },
  {
    method: 'GET',
    path: '/v1/nodes',
    needs: 'summary',
    ops: ['status'],
    query: {},
    answers: ['nodes'],
    cut: ({ nodes, missingNodes, at }) => ({ nodes, missingNodes, at }),
  },
  {
    method: 'GET',
    path: '/v1/breakers',
    needs: 'summary',
    ops: ['status'],
    query: {},
    answers: ['breakers'],
    cut: ({ nodes, at }) => {
      const views = Object.entries(nodes).map(([name, { breaker }]) => [name, breaker]);
      return { breakers: Object.fromEntries(views), at };
    },
  },
  {
    method: 'GET',
    path: '/v1/lanes',
    needs: 'summary',
    ops: ['status'],
    query: {},
    answers: ['lanes'],
    cut: ({ lanes, at }) => ({ lanes, at }),
  },
  {
    method: 'GET',
    path: '/v1/stats',
    needs: 'stats',
    ops: ['stats'],
    query: {},
    answers: ['stats'],
    isSlow: true,
  },
  {
    method: 'GET',
    path: '/v1/acts',
    needs: 'acts',
    ops: ['acts'],
    query: { act: 'names', who: 'text', on: 'text', outcome: 'text', ...AGES, ...PAGE },
    answers: ['acts'],
  },
  {
    method: 'POST',
    path: '/v1/acts',
    // Everybody who is known: the trail has the acts of those who may not do them.
    needs: 'ping',
    ops: ['retry', 'cancel', 'abandon', 'restore', 'pause', 'resume', 'breaker', 'node', 'audit'],
    query: {},
    answers: ['command', 'selection', 'lanes', 'breakers', 'nodeUses', 'audit'],
    fails: ['unknown_command', 'too_large'],
    isSlow: true,
  },
];
