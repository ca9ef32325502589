/**
 * The first half of an audit: finds the keys of a range that must be read on every node, because the nodes
 * list them differently, or not as the journal has them.
 */

import { compareBytes } from '../../base/byte-order.ts';
import type { Journal } from '../../journal/port.ts';
import { type ErrorReply, errorReply } from '../../protocol/errors.ts';
import type { AuditRequest } from '../../protocol/request.ts';
import { unavailable } from '../breakers/unavailable.ts';
import { Missed } from '../queries/looks.ts';
import type { QuietKeys } from '../queue/key-order.ts';
import type { RequestContext } from '../requests/context.ts';
import { isAgainst, isUnjournaled, type Wanted, wantedBy } from './classify.ts';

const PAGE = 500;
/** Keys that one batch looks up in the journal: it delays clients by less than a millisecond. */
const PART = 50;
export const QUESTION_TIMEOUT_MS = 30_000;
/**
 * Share of the retention within which history is evidence. Shortly before it is pruned it is not: the last
 * minute of a killed life is not counted, so a create of that minute may outlast the delete after it.
 */
const EVIDENCE_SHARE = 0.9;

export interface Candidates {
  /** How many keys were compared. */
  readonly checked: number;
  readonly suspects: readonly string[];
  /** The state of each suspect in the journal. */
  readonly wanted: ReadonlyMap<string, Wanted>;
  /** Keys that all nodes list and the journal does not know. */
  readonly unjournaled: readonly string[];
  /** The keys without a command; end the watch by `unwatch`. */
  readonly quiet: QuietKeys;
  readonly next: string | undefined;
  /** Nodes without a list. */
  readonly unlisted: readonly string[];
}

/** The keys to compare with the journal. */
interface Range {
  /** Keys on the lists of all nodes; keys on the lists of some. */
  readonly agreed: readonly string[];
  readonly partial: readonly string[];
  /** The last key of the range; undefined: it has no end. */
  readonly upTo?: string;
  /** No node was listed: every key must be read. */
  readonly isUnlisted: boolean;
  /** The nodes without a list, if that is the reason. */
  readonly unlisted: readonly string[];
}

/** @throws Missed */
export async function findCandidates(
  context: RequestContext,
  request: AuditRequest,
): Promise<Candidates | ErrorReply> {
  const range =
    request.keys === undefined ? await list(context, request) : named(context, request.keys);
  if ('error' in range) return range;
  const [unlisted] = range.unlisted;
  if (!request.journal && unlisted !== undefined) {
    const message = `${unlisted} lists no keys: without the journal nothing names them`;
    const hint = 'Name the keys: `keys`, or lockstep audit --no-journal --keys FILE.';
    return errorReply('invalid_request', message, { field: 'journal', hint });
  }
  return compare(context, request, range);
}

function named({ options }: RequestContext, keys: readonly string[]): Range | ErrorReply {
  for (const [index, key] of keys.entries()) {
    const why = options.unroutable(key);
    if (why !== undefined) return errorReply('invalid_request', why, { field: `keys.${index}` });
  }
  return { agreed: [], partial: keys, isUnlisted: true, unlisted: [] };
}

async function list(context: RequestContext, request: AuditRequest): Promise<Range | ErrorReply> {
  const { after = '', limit = PAGE } = request;
  const { ports, questions, options } = context;
  const executor = Math.floor(ports.random() * options.executors);
  const { promise, resolve } = Promise.withResolvers<Range | ErrorReply>();
  const ticket = questions.ask(ports.now() + QUESTION_TIMEOUT_MS, (value) => {
    if (value?.of !== 'compare') return resolve(unavailable('the nodes were not listed in time'));
    const { comparison } = value;
    if (comparison.kind === 'compared')
      return resolve({ ...comparison, isUnlisted: false, unlisted: [] });
    if (comparison.kind === 'unlisted') {
      const unlisted = comparison.nodes;
      return resolve({ agreed: [], partial: [], isUnlisted: true, unlisted });
    }
    return resolve(unavailable(`${comparison.node} could not be listed: ${comparison.why}`));
  });
  ports.order(executor, { kind: 'compare', after, limit, ticket });
  return promise;
}

async function compare(
  context: RequestContext,
  { keys, after = '', limit = PAGE, content = false, journal }: AuditRequest,
  range: Range,
): Promise<Candidates> {
  const { ports, options, commands, moment } = context;
  const known = keys === undefined && journal ? await knownKeys(context, after, limit) : [];
  const upTo = least(range.upTo, known.length === limit ? known.at(-1) : undefined);
  const { fold = (key: string) => key } = options;
  const all = [...new Set([...range.agreed, ...range.partial, ...known])]
    .filter((key) => upTo === undefined || compareBytes(key, upTo) <= 0)
    // The journal may know keys from before they were folded: no command can name them now.
    .filter((key) => fold(key) === key)
    .sort(compareBytes);
  // From here on: while a key stays quiet, its state in the journal does not change.
  const quiet = commands.keys.watch(all);
  const asked = journal ? all : [];
  const words = await inParts(context, asked, (part) => ports.journal.latestSettled(part));
  const trustedFrom = moment().lived - options.retentionMs * EVIDENCE_SHARE;
  const wantedOf = (key: string) => wantedBy(words.get(key), trustedFrom);
  const [agreed, partial] = [new Set(range.agreed), new Set(range.partial)];
  const suspects = all.filter((key) => {
    if (range.isUnlisted || partial.has(key) || (content && agreed.has(key))) return true;
    return isAgainst(wantedOf(key), agreed.has(key) ? 'present' : 'absent');
  });
  const isListed = (key: string) => agreed.has(key) && !partial.has(key);
  const unjournaled = asked.filter((key) => isListed(key) && isUnjournaled(wantedOf(key)));
  const marked = journal ? suspects : [];
  const tokens = await inParts(context, marked, (part) => ports.journal.tokens(part));
  const wanted = suspects.map(
    (key) => [key, { ...wantedOf(key), tokens: tokens.get(key) }] as const,
  );
  return {
    checked: all.length,
    suspects,
    wanted: new Map(wanted),
    unjournaled,
    quiet,
    next: upTo,
    unlisted: range.unlisted,
  };
}

/** The next keys of the journal, a few in each batch. */
async function knownKeys(
  context: RequestContext,
  after: string,
  limit: number,
): Promise<readonly string[]> {
  const known: string[] = [];
  while (known.length < limit) {
    const count = Math.min(PART, limit - known.length);
    const part = await inTurn(context, (journal) => journal.keys(known.at(-1) ?? after, count));
    known.push(...part);
    if (part.length < count) break;
  }
  return known;
}

/** The state of each key in the journal, a few keys in each batch. */
async function inParts<Value>(
  context: RequestContext,
  keys: readonly string[],
  look: (part: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
): Promise<ReadonlyMap<string, Value>> {
  const found = new Map<string, Value>();
  for (let from = 0; from < keys.length; from += PART) {
    const part = keys.slice(from, from + PART);
    for (const [key, value] of await inTurn(context, () => look(part))) found.set(key, value);
  }
  return found;
}

/**
 * Runs between commits: the journal is not read during one.
 * @throws Missed
 */
function inTurn<Result>(
  { post, ports }: RequestContext,
  look: (journal: Journal) => Promise<Result>,
): Promise<Result> {
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  const see = async (): Promise<void> => resolve(await look(ports.journal));
  post((batch) => batch.look({ see, miss: (why) => reject(new Missed(why)) }));
  return promise;
}

/** The range ends where the shortest of its sources ends. */
function least(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareBytes(a, b) < 0 ? a : b;
}
