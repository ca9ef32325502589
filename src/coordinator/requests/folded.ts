/**
 * Folds the keys of a request, where the nodes take several keys for one: before order (P6), idempotency (P7) and
 * journal, so that everything behind this sees one key.
 */
import type { CommandAnswer } from '../../protocol/answer.ts';
import type { BatchRequest, Request } from '../../protocol/request.ts';
import type { CoordinatorOptions, Respond } from '../ports.ts';

/** @param fold absent: the same request */
export function folded<Asked extends Exclude<Request, BatchRequest>>(
  request: Asked,
  fold: CoordinatorOptions['fold'],
): Asked {
  if (fold === undefined) return request;
  const changed: { groupId?: string; after?: string; keys?: string[]; filter?: object } = {};
  if ('groupId' in request && request.groupId !== undefined)
    changed.groupId = fold(request.groupId);
  if ('after' in request && request.after !== undefined) changed.after = fold(request.after);
  if ('keys' in request && request.keys !== undefined) {
    changed.keys = [...new Set(request.keys.map(fold))];
  }
  if ('filter' in request && request.filter?.groupId !== undefined) {
    changed.filter = { ...request.filter, groupId: fold(request.filter.groupId) };
  }
  return { ...request, ...changed };
}

/** Answers about a command name the key that this client asked for, too, where the command has another. */
export function askedAs(respond: Respond<CommandAnswer>, asked: string): Respond<CommandAnswer> {
  const answered: Respond<CommandAnswer> = (answer) => {
    const isSame = 'error' in answer || answer.groupId === asked;
    respond(isSame ? answer : { ...answer, askedAs: asked });
  };
  return Object.assign(answered, respond);
}
