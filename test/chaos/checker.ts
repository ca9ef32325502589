/**
 * The checker of the chaos run. It knows the requests and answers of the clients with their times,
 * the commands in the journal, and the keys on the nodes. It knows nothing about the daemon's code,
 * so it cannot share its mistakes.
 */
import type { CommandAnswer } from '../../src/client/index.ts';
import type { AskedFor, Told } from './heard.ts';

export interface Evidence {
  /** By id: the content, and the time of the first request. */
  readonly asked: ReadonlyMap<string, AskedFor>;
  /** By id: the answers that clients received, in order. */
  readonly told: ReadonlyMap<string, readonly Told[]>;
  /** The answers to `cancel`. */
  readonly cancels: readonly CommandAnswer[];
  /** Every command, in the order of acceptance. */
  readonly journal: readonly CommandAnswer[];
  /** By node: the keys it holds. */
  readonly nodes: Readonly<Record<string, readonly string[]>>;
}

export interface Violation {
  readonly text: string;
  /** The key that the violation is about. */
  readonly groupId?: string;
}

const SETTLED = ['committed', 'rolled_back', 'refused', 'abandoned'];

/** The violations, as sentences; empty if all promises were kept. */
export function judge(evidence: Evidence): readonly Violation[] {
  const rules = [eachIsSettled, eachIsAsAsked, eachAnswerIsTrue, orderIsKept, nodesAreAsTold];
  return rules.flatMap((rule) => [...rule(evidence)]);
}

/** P1, P3: each requested and answered command is in the journal once, and has ended. */
function* eachIsSettled({ asked, told: sent, journal }: Evidence): Generator<Violation> {
  const times = new Map<string, number>();
  for (const { id, groupId, state } of journal) {
    times.set(id, (times.get(id) ?? 0) + 1);
    if (!SETTLED.includes(state)) yield { text: `${id} is ${state} for ever`, groupId };
    if (times.get(id) === 2) yield { text: `${id} was done 2 times`, groupId };
  }
  for (const [id, { groupId }] of asked) {
    if (!sent.has(id)) yield { text: `nobody was answered about ${id}`, groupId };
    else if (!times.has(id)) yield { text: `${id} is not in the journal`, groupId };
  }
}

/** P7: no command happened without a request, and no cancelled command took effect. */
function* eachIsAsAsked({ asked, cancels, journal }: Evidence): Generator<Violation> {
  const known = new Map(journal.map((answer) => [answer.id, answer]));
  for (const { id, op, groupId } of journal) {
    const wanted = asked.get(id);
    if (wanted === undefined) yield { text: `nobody asked for ${id}`, groupId };
    else if (wanted.op !== op || wanted.groupId !== groupId) {
      const text = `${id} was ${wanted.op} ${wanted.groupId} and became ${op} ${groupId}`;
      yield { text, groupId };
    }
  }
  for (const { id, groupId, state } of cancels) {
    if (state === 'committed' || known.get(id)?.state !== 'committed') continue;
    yield { text: `${id} was cancelled (${state}) and committed`, groupId };
  }
}

/** P3, P7: the first outcome that a client received stays the outcome. */
function* eachAnswerIsTrue({ told: sent, journal }: Evidence): Generator<Violation> {
  const known = new Map(journal.map((answer) => [answer.id, answer]));
  for (const [id, answers] of sent) {
    const truth = known.get(id);
    if (truth === undefined) continue;
    for (const { answer } of answers) {
      for (const field of SETTLED.includes(answer.state) ? ENDING : LASTING) {
        const [was, is] = [JSON.stringify(answer[field]), JSON.stringify(truth[field])];
        if (was === is) continue;
        yield { text: `${id}: ${field} was told as ${was} and is ${is}`, groupId: truth.groupId };
      }
    }
  }
}

const LASTING = ['op', 'groupId'] as const;
const ENDING = [...LASTING, 'state', 'reason', 'nodes', 'elapsedMs'] as const;

/** P6: a request that was sent after the end of another command of the key comes after it. */
function* orderIsKept({ asked, told: sent, journal }: Evidence): Generator<Violation> {
  const latest = new Map<string, AskedFor>();
  for (const { id, groupId } of journal) {
    const endMs = sent.get(id)?.find(({ answer }) => SETTLED.includes(answer.state))?.atMs;
    const before = latest.get(groupId);
    if (before !== undefined && endMs !== undefined && before.askedMs > endMs) {
      yield { text: `${before.id} was asked after the end of ${id} and came before it`, groupId };
    }
    const own = asked.get(id);
    if (own !== undefined && own.askedMs > (before?.askedMs ?? 0)) latest.set(groupId, own);
  }
}

/**
 * P1, P6: the outcomes of the commands, in the order of acceptance, lead to exactly the records on
 * each node, and each command could end as it did at its place.
 */
function* nodesAreAsTold({ asked, journal, nodes }: Evidence): Generator<Violation> {
  const present = new Set<string>();
  for (const answer of journal) {
    const { id, op, groupId, state } = answer;
    const stands = present.has(groupId);
    const ensure = asked.get(id)?.ensure === true;
    for (const text of wrongEnd(answer, { stands, ensure })) {
      yield { text: `${id}: ${text}`, groupId };
    }
    if (state !== 'committed') continue;
    if (op === 'create') present.add(groupId);
    else present.delete(groupId);
  }
  for (const [name, keys] of Object.entries(nodes)) {
    const held = new Set(keys);
    if (held.size < keys.length) yield { text: `${name} lists a key twice` };
    for (const key of present) {
      if (!held.has(key)) yield { text: `${name} lacks ${key}`, groupId: key };
    }
    for (const key of held) {
      if (present.has(key)) continue;
      yield { text: `${name} holds ${key}, which is deleted`, groupId: key };
    }
  }
}

/** @param before whether the record was on every node before it, and whether it had `ensure` */
function* wrongEnd(
  { op, groupId, state, reason, nodes = {} }: CommandAnswer,
  before: { readonly stands: boolean; readonly ensure: boolean },
): Generator<string> {
  if (reason === 'already_exists' && !before.stands) yield `${groupId} did not exist`;
  if (reason === 'not_found' && before.stands) yield `${groupId} was there`;
  if (reason === 'diverged') yield 'nothing but these commands can part the nodes';
  const isCommitted = state === 'committed';
  if (isCommitted && !before.ensure && before.stands === (op === 'create')) {
    yield `${op} of ${groupId} was done although it ${before.stands ? 'stood' : 'did not stand'}`;
  }
  if (!isCommitted && state !== 'rolled_back') return;
  const ought = (isCommitted ? op === 'create' : before.stands) ? 'present' : 'absent';
  for (const [name, { state: is }] of Object.entries(nodes)) {
    // A rollback leaves untouched nodes alone, and does not need to know their records.
    if (is === 'unknown' && !isCommitted) continue;
    if (is !== ought) yield `${name} was told as ${is}, and is ${ought}`;
  }
}
