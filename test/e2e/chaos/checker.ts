/**
 * The judge of the chaos test. It knows what clients were told, what the journal lists and what the
 * nodes hold, and nothing of how the daemon works; so it cannot share its mistakes.
 */
import type { CommandAnswer } from '../../../src/client/index.ts';

export interface Evidence {
  /** Ids of the commands that were asked for. */
  readonly asked: readonly string[];
  /** By id: what clients heard, in order. */
  readonly heard: ReadonlyMap<string, readonly CommandAnswer[]>;
  /** Every command, in the order of acceptance. */
  readonly journal: readonly CommandAnswer[];
  /** By node: the keys it holds. */
  readonly nodes: Readonly<Record<string, readonly string[]>>;
}

const SETTLED = ['committed', 'rolled_back', 'refused', 'abandoned'];

/** What is wrong, in sentences; empty if all promises were kept. */
export function judge(evidence: Evidence): readonly string[] {
  return [...eachIsSettled(evidence), ...eachAnswerIsTrue(evidence), ...nodesAreAsTold(evidence)];
}

/** P1, P3: whatever was asked for and answered is in the journal once, and has ended. */
function eachIsSettled({ asked, heard, journal }: Evidence): readonly string[] {
  const times = new Map<string, number>();
  for (const { id } of journal) times.set(id, (times.get(id) ?? 0) + 1);
  const wanted = new Set(asked);
  return [
    ...journal
      .filter(({ state }) => !SETTLED.includes(state))
      .map(({ id, state }) => `${id} is ${state} for ever`),
    ...asked.filter((id) => !heard.has(id)).map((id) => `nobody was answered about ${id}`),
    ...[...heard.keys()].filter((id) => !times.has(id)).map((id) => `${id} is not in the journal`),
    ...[...times]
      .filter(([, count]) => count > 1)
      .map(([id, count]) => `${id} was done ${count} times`),
    ...[...times.keys()].filter((id) => !wanted.has(id)).map((id) => `nobody asked for ${id}`),
  ];
}

/** P3, P7: an end, once told, is the end. */
function* eachAnswerIsTrue({ heard, journal }: Evidence): Generator<string> {
  const known = new Map(journal.map((answer) => [answer.id, answer]));
  for (const [id, answers] of heard) {
    const truth = known.get(id);
    if (truth === undefined) continue;
    for (const answer of answers) {
      for (const field of SETTLED.includes(answer.state) ? ENDING : LASTING) {
        const [told, is] = [JSON.stringify(answer[field]), JSON.stringify(truth[field])];
        if (told !== is) yield `${id}: ${field} was told as ${told} and is ${is}`;
      }
    }
  }
}

const LASTING = ['op', 'groupId'] as const;
const ENDING = [...LASTING, 'state', 'reason', 'nodes', 'elapsedMs'] as const;

/**
 * P1, P6: done one after the other in the order of acceptance, the commands as they ended lead to
 * exactly what each node holds; and each ended as it could have ended there.
 */
function* nodesAreAsTold({ journal, nodes }: Evidence): Generator<string> {
  const present = new Set<string>();
  for (const { id, op, groupId, state, reason } of journal) {
    const stands = present.has(groupId);
    if (reason === 'already_exists' && !stands) yield `${id}: ${groupId} did not exist`;
    if (reason === 'not_found' && stands) yield `${id}: ${groupId} was there`;
    if (reason === 'diverged') yield `${id}: nothing but these commands can part the nodes`;
    if (state !== 'committed') continue;
    if (op === 'create') present.add(groupId);
    else present.delete(groupId);
  }
  for (const [name, keys] of Object.entries(nodes)) {
    const held = new Set(keys);
    if (held.size < keys.length) yield `${name} lists a key twice`;
    for (const key of present) if (!held.has(key)) yield `${name} lacks ${key}`;
    for (const key of held) if (!present.has(key)) yield `${name} holds ${key}, which is deleted`;
  }
}
