/**
 * Chooses the fault of a call, and its consequences for effect and answer. A function of the fault
 * table, the call and its random draws; it sends nothing.
 *
 * Probabilities are exact: one draw decides among all kinds. So three kinds with 0.1 each spoil 30
 * % of the calls, and no kind hides another.
 */
import { answer, errorReply, jsonReply, type SimReply, withHeader } from '../node/answers.ts';
import type { Dialect, Method } from '../node/group-request.ts';
import type { Chance } from './random.ts';
import { FAULT_KINDS, type FaultKind, type Faults, LOST_ROUTE_FORMS } from './schema.ts';

export type Plan =
  | { readonly kind: 'errorBefore' | 'errorAfter'; readonly answer: SimReply }
  | { readonly kind: 'resetBefore' | 'resetAfter' }
  | { readonly kind: 'noAnswer'; readonly effect: boolean }
  | { readonly kind: 'late'; readonly delayMs: number; readonly reset: boolean }
  | {
      readonly kind: 'slow';
      readonly delayMs: number;
      readonly effect: 'before' | 'after';
      /** The delay begins when the slow calls before it have ended. */
      readonly isSerial: boolean;
    }
  | { readonly kind: 'lostRoute'; readonly answer: SimReply }
  | {
      readonly kind: 'garbage';
      readonly effect: boolean;
      readonly answer: SimReply;
      readonly truncated: boolean;
    };

const MESSAGES: Readonly<Record<number, string>> = {
  400: 'Perhaps the object exists.',
  408: 'Timeout due to a simulated fault',
  500: 'InternalServerError due to a simulated fault',
  502: 'BadGateway due to a simulated fault',
  503: 'ServiceUnavailable due to a simulated fault',
  504: 'GatewayTimeout due to a simulated fault',
};

/** The properties of a call on which its faults depend. */
export interface Asked {
  readonly method: Method;
  readonly dialect: Dialect;
}

/** The fault of this call; undefined if there is none. Takes as many draws as it needs. */
export function planFault(faults: Faults, asked: Asked, chance: Chance): Plan | undefined {
  let left = chance.draw();
  for (const kind of FAULT_KINDS) {
    left -= faults[kind] ?? 0;
    if (left < 0) return PLANS[kind](faults, chance, asked);
  }
  return undefined;
}

/** Whether the limits of the faults (`on`, `groupIds`) include this call. */
export function appliesTo(faults: Faults, method: Method, key: string | undefined): boolean {
  if (faults.on !== undefined && !faults.on.includes(method)) return false;
  return faults.groupIds === undefined || (key !== undefined && faults.groupIds.includes(key));
}

/** The answer of a fault. `retryAfterSeconds` is sent if the faults have it and the status allows a body. */
export function faultReply(status: number, faults: Faults): SimReply {
  const made = errorReply(status, MESSAGES[status] ?? `Status ${status} due to a simulated fault`);
  const seconds = faults.retryAfterSeconds;
  if (seconds === undefined || status === 204 || status === 304) return made;
  return withHeader(made, 'Retry-After', String(seconds));
}

type GarbageForm = NonNullable<Faults['garbageForms']>[number];
const GARBAGE_FORMS: readonly [GarbageForm, ...GarbageForm[]] = ['html', 'otherGroup', 'truncated'];

const PLANS: Readonly<Record<FaultKind, (faults: Faults, chance: Chance, asked: Asked) => Plan>> = {
  errorBefore: (faults, chance) => ({
    kind: 'errorBefore',
    answer: faultReply(chance.pick(listOr(faults.errorBeforeStatuses, [500, 408])), faults),
  }),
  errorAfter: (faults, chance) => ({
    kind: 'errorAfter',
    answer: faultReply(
      chance.pick(listOr(faults.errorAfterStatuses, [500, 502, 504, 408])),
      faults,
    ),
  }),
  resetBefore: () => ({ kind: 'resetBefore' }),
  resetAfter: () => ({ kind: 'resetAfter' }),
  noAnswer: (faults, chance) => ({
    kind: 'noAnswer',
    effect: happens(faults.noAnswerEffect, chance),
  }),
  late: (faults, chance) => ({
    kind: 'late',
    delayMs: chance.within(faults.lateMs ?? [100, 1000]),
    reset: faults.lateAnswer === 'reset',
  }),
  slow: (faults, chance) => ({
    kind: 'slow',
    delayMs: chance.within(faults.slowMs ?? [100, 1000]),
    effect: faults.slowEffect ?? 'before',
    isSerial: faults.slowSerial === true,
  }),
  garbage: (faults, chance, { method }) => {
    const form = chance.pick(listOr(faults.garbageForms, GARBAGE_FORMS));
    return {
      kind: 'garbage',
      effect: happens(faults.garbageEffect, chance),
      answer: garbageReply(form, method === 'create' ? 201 : 200),
      truncated: form === 'truncated',
    };
  },
  lostRoute: (faults, chance, asked) => {
    const forms = listOr(faults.lostRouteForms, LOST_ROUTE_FORMS);
    return { kind: 'lostRoute', answer: lostRouteReply(chance.pick(forms), asked) };
  },
};

function happens(effect: boolean | 'random' | undefined, chance: Chance): boolean {
  return effect === undefined || effect === 'random' ? chance.draw() < 0.5 : effect;
}

function listOr<T>(
  given: readonly T[] | undefined,
  other: readonly [T, ...T[]],
): readonly [T, ...T[]] {
  const [first, ...rest] = given ?? other;
  return first === undefined ? other : [first, ...rest];
}

const OTHER_GROUP = 'another-group';

function garbageReply(form: GarbageForm, status: number): SimReply {
  if (form !== 'html') return jsonReply(status, { groupId: OTHER_GROUP });
  return page(status, '<h1>Welcome</h1><p>Please log in.</p>');
}

/**
 * The answer of a proxy in the node's place; the proofs of both dialects can tell it from the
 * node's own.
 */
function lostRouteReply(
  form: (typeof LOST_ROUTE_FORMS)[number],
  { method, dialect }: Asked,
): SimReply {
  const success = method === 'create' ? 201 : 200;
  switch (form) {
    case 'json404':
      // `challenge` takes any text for the node's answer, so this answer can't be told from the
      // node's.
      return dialect === 'challenge' ? NO_PAGE : errorReply(404, 'no route and no such host');
    case 'html404':
      return NO_PAGE;
    case 'empty404':
      return answer(404, 'text/plain', '');
    case 'htmlSuccess':
      return page(success, '<h1>Welcome</h1>');
    case 'emptySuccess':
      return answer(success, 'text/plain', '');
    case 'otherGroup':
      return jsonReply(success, { groupId: OTHER_GROUP });
  }
}

function page(status: number, content: string): SimReply {
  return answer(status, 'text/html; charset=utf-8', `<html><body>${content}</body></html>\n`);
}

const NO_PAGE = page(404, '<h1>404 Not Found</h1>');
