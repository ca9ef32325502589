/** Members of a request that exclude or need each other. */
import type { RefinementCtx } from 'zod';

/** Of an audit. */
export function keysOrPage(
  {
    keys,
    ...page
  }: { readonly keys?: unknown; readonly after?: unknown; readonly limit?: unknown },
  context: RefinementCtx,
): void {
  for (const field of ['after', 'limit'] as const) {
    if (keys === undefined || page[field] === undefined) continue;
    context.addIssue({ code: 'custom', path: [field], message: 'cannot be combined with keys' });
  }
}

/** Of an operator's act. */
export function oneOrMany(
  request: { readonly id?: unknown; readonly filter?: unknown } & Readonly<Record<string, unknown>>,
  context: RefinementCtx,
): void {
  const fault = (field: string, message: string): void => {
    context.addIssue({ code: 'custom', path: [field], message });
  };
  if (request.filter !== undefined) {
    if (request.id !== undefined) fault('filter', 'cannot be combined with an id');
    return;
  }
  if (request.id === undefined) fault('id', 'is missing');
  for (const field of ['dryRun', 'limit', 'cursor']) {
    if (request[field] !== undefined) fault(field, 'needs a filter');
  }
}

/** What only `retire` may say: said of another act on a node it would be done without that. */
export function ofRetireOnly(
  request: { readonly act?: unknown } & Readonly<Record<string, unknown>>,
  context: RefinementCtx,
): void {
  if (request.act === 'retire') return;
  for (const field of ['dryRun', 'force']) {
    if (request[field] === undefined) continue;
    context.addIssue({ code: 'custom', path: [field], message: 'needs the act retire' });
  }
}
