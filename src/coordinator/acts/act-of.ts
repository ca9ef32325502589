/** Which requests are acts of an operator, and what is noted about them: pure. */
import type { ActKind } from '../../core/act.ts';
import type { ActBegin, ActEnd } from '../../journal/act.ts';
import type { Answer } from '../../protocol/answer.ts';
import type {
  BreakerRequest,
  NodesRequest,
  OperatorRequest,
  PauseRequest,
  Request,
  RestoreRequest,
} from '../../protocol/request.ts';
import type { Respond } from '../ports.ts';

/** What an act is, apart from its operator and its time. */
export interface Deed extends Pick<ActBegin, 'kind' | 'on' | 'filter'> {
  /** The number of the act that this page of a selection continues. */
  readonly continues?: number;
}

/** The operator of an act, and the door by which it came. */
export type Operator = Pick<ActBegin, 'by' | 'isProven' | 'door'>;

type Result = Pick<ActEnd, 'outcome' | 'error' | 'matched' | 'results'>;

const RESTORE_KINDS = { resume: 'restore_resume', abandon: 'restore_abandon' } as const;
const NODE_KINDS = {
  drain: 'node_drain',
  undrain: 'node_undrain',
  retire: 'node_retire',
  unretire: 'node_unretire',
} as const;
const BREAKER_KINDS = {
  open: 'breaker_open',
  close: 'breaker_close',
  reset: 'breaker_reset',
} as const;

/** @param request with its author as `signed` writes it */
export function operatorOf(
  { by }: { readonly by?: string | undefined },
  { principal, door = 'zeromq' }: Pick<Respond, 'principal' | 'door'>,
): Operator {
  const isProven = principal?.proven === true;
  return { ...(by === undefined ? {} : { by }), isProven, door };
}

/** An audit is not among them: it begins its act itself, when it knows that there is something to repair. */
export type ActingRequest =
  | OperatorRequest
  | RestoreRequest
  | PauseRequest
  | BreakerRequest
  | NodesRequest;

/** Undefined: the request changes nothing, or is no operator's. */
export function actOf(
  request: Request,
): { readonly request: ActingRequest; readonly deed: Deed } | undefined {
  switch (request.op) {
    case 'retry':
    case 'cancel':
    case 'abandon':
    case 'restore':
    case 'pause':
    case 'resume':
    case 'breaker':
    case 'node': {
      const deed = deedOf(request);
      return deed && { request, deed };
    }
    default:
      return undefined;
  }
}

/** With the repairs, for clients that may not. */
export function isAct(request: Request): boolean {
  return (request.op === 'audit' && request.repair) || actOf(request) !== undefined;
}

function deedOf(request: ActingRequest): Deed | undefined {
  switch (request.op) {
    case 'retry':
    case 'cancel':
    case 'abandon':
      return chosen(request.op, request);
    case 'restore':
      return chosen(RESTORE_KINDS[request.act], request);
    case 'pause':
    case 'resume':
      return { kind: request.op, ...onto(request.lane) };
    case 'breaker': {
      const { act, node } = request;
      return act === undefined ? undefined : { kind: BREAKER_KINDS[act], ...onto(node) };
    }
    case 'node': {
      const { act, node, dryRun } = request;
      if (act === undefined || dryRun === true) return undefined;
      return { kind: NODE_KINDS[act], ...onto(node) };
    }
  }
}

interface Chosen {
  readonly id?: string | undefined;
  readonly filter?: object | undefined;
  readonly dryRun?: boolean | undefined;
  readonly cursor?: string | undefined;
}

function chosen(kind: ActKind, { id, filter, dryRun, cursor }: Chosen): Deed | undefined {
  if (dryRun === true) return undefined;
  if (filter === undefined) return { kind, ...onto(id) };
  const [, number] = cursor?.split('-') ?? [];
  const continues = number === undefined ? {} : { continues: Number(number) };
  return { kind, filter: JSON.stringify(filter), ...continues };
}

function onto(name: string | undefined): Pick<Deed, 'on'> {
  return name === undefined ? {} : { on: name };
}

/**
 * What came of an act, by its answer.
 * @param before of the pages of the same selection before this one
 */
export function resultOf(answer: Answer, before: Result = { outcome: 'unfinished' }): Result {
  if ('error' in answer) {
    const { code: error } = answer.error;
    // A page before it has done something.
    return before.matched === undefined
      ? { outcome: 'refused', error }
      : { ...before, outcome: 'unfinished', error };
  }
  if ('matched' in answer) {
    const results: Record<string, number> = { ...before.results };
    for (const one of answer.commands) count(results, wordOf(one));
    const outcome = answer.next === undefined ? 'done' : 'unfinished';
    return { outcome, matched: before.matched ?? answer.matched, results };
  }
  if ('retiring' in answer && answer.retiring !== undefined) {
    const { matched, counts } = answer.retiring;
    return { outcome: 'done', matched, results: counts };
  }
  const state = wordOf(answer);
  return { outcome: 'done', ...(state === undefined ? {} : { results: { [state]: 1 } }) };
}

function wordOf(answer: Answer): string | undefined {
  if ('error' in answer) return answer.error.code;
  return 'groupId' in answer && !('dryRun' in answer) ? answer.state : undefined;
}

export function count(results: Record<string, number>, word: string | undefined): void {
  if (word !== undefined) results[word] = (results[word] ?? 0) + 1;
}
