/** `acts`: the acts of operators, newest first. */
import { authorOf } from '../../clients/principal.ts';
import type { ActFilter, ActPage } from '../../journal/act.ts';
import type { ActsAnswer } from '../../protocol/act.ts';
import type { ActsRequest } from '../../protocol/request.ts';
import type { Batch } from '../batch.ts';
import type { CoordinatorPorts, Respond } from '../ports.ts';
import { inPieces, readPage, type Walk } from '../queries/in-pieces.ts';
import { actView } from './act-view.ts';

export function listActs(
  { ports }: { readonly ports: Pick<CoordinatorPorts, 'journal' | 'clientNow'> },
  { request, respond }: { request: ActsRequest; respond: Respond<ActsAnswer> },
  batch: Batch,
): void {
  const filter = filterOf(request, Math.floor(ports.clientNow()));
  async function* see(): Walk {
    const { limit, cursor } = request;
    const { pages, next } = yield* readPage<ActPage>({
      limit,
      cursor,
      rowsOf: ({ acts }) => acts.length,
      read: (below, piece) => ports.journal.acts(filter, below, piece),
    });
    const acts = pages.flatMap((page) => page.acts.map(actView));
    respond({ acts, ...(next === undefined ? {} : { next }) });
  }
  batch.look(inPieces(see(), respond));
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
