/** `acts`: the acts of operators, newest first. */
import { authorOf } from '../../clients/principal.ts';
import type { ActFilter } from '../../journal/act.ts';
import type { ActsAnswer } from '../../protocol/act.ts';
import type { ActsRequest } from '../../protocol/request.ts';
import type { Batch } from '../batch.ts';
import type { CoordinatorPorts, Respond } from '../ports.ts';
import { actView } from './act-view.ts';

export function listActs(
  { ports }: { readonly ports: Pick<CoordinatorPorts, 'journal' | 'clientNow'> },
  { request, respond }: { request: ActsRequest; respond: Respond<ActsAnswer> },
  batch: Batch,
): void {
  const below = request.cursor === undefined ? undefined : Number(request.cursor);
  const filter = filterOf(request, Math.floor(ports.clientNow()));
  const see = async (): Promise<void> => {
    const { acts, next } = await ports.journal.acts(filter, below, request.limit);
    respond({ acts: acts.map(actView), ...(next === undefined ? {} : { next: String(next) }) });
  };
  batch.look({ see, miss: respond });
}

function filterOf(request: ActsRequest, now: number): ActFilter {
  const { act, who, on, outcome, olderThanMs, youngerThanMs } = request;
  const kinds = typeof act === 'string' ? [act] : act;
  return {
    ...(kinds === undefined ? {} : { kinds }),
    ...(who === undefined ? {} : { by: namesOf(who) }),
    ...(on === undefined ? {} : { on }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(olderThanMs === undefined ? {} : { before: now - olderThanMs + 1 }),
    ...(youngerThanMs === undefined ? {} : { since: now - youngerThanMs }),
  };
}

/** A name means the proven one and the one without proof; with the mark, only the latter. */
function namesOf(who: string): readonly string[] {
  const unproven = authorOf(undefined, who);
  return unproven === undefined ? [who] : [who, unproven];
}
