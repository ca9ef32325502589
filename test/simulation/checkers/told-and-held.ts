/**
 * P1 as clients see it: the outcomes, in the order of acceptance, together with the first state of
 * the nodes, determine the present records. After an `abandoned` command a node may hold the state
 * before, or the wanted one; so may a node that was retired for a command.
 */
import type { Answer, CommandAnswer } from '../../../src/protocol/answer.ts';
import type { Scene } from '../happening.ts';

/** Whether the key may be absent, and present, on one node. */
type Possible = ReadonlySet<'absent' | 'present'>;

export function judgeWhatWasTold(
  scene: Scene,
  listed: readonly Answer[],
  unknowable: ReadonlySet<string>,
): void {
  const answers = listed as readonly CommandAnswer[];
  const keys = new Set([...scene.plan.keys, ...answers.map(({ groupId }) => groupId)]);
  for (const groupId of keys) {
    if (unknowable.has(groupId)) continue;
    const ofKey = answers.filter((answer) => answer.groupId === groupId);
    for (const { name, standing } of scene.plan.nodes) {
      const first: Possible = new Set([standing.includes(groupId) ? 'present' : 'absent']);
      const possible = ofKey.reduce((before, answer) => follow(name, before, answer), first);
      const held = scene.record(name, groupId) === undefined ? 'absent' : 'present';
      if (possible.has(held)) continue;
      const outcomes = ofKey.map(({ id, op, state }) => `${id} ${op} ${state}`).join(', ');
      scene.fail('P1', `after ${outcomes}, ${name} has ${groupId} ${held}`);
    }
  }
}

/**
 * After an audit with repairs, whatever happened to the nodes: each one holds the goal of the last
 * committed command, or the state that a later rollback reports for all nodes. If that rollback
 * reports different states, or not all of them, nothing is checked.
 */
export function judgeRepairs(
  scene: Scene,
  listed: readonly Answer[],
  unknowable: ReadonlySet<string>,
): void {
  const last = new Map<string, CommandAnswer>();
  for (const answer of listed as readonly CommandAnswer[]) {
    if (answer.state !== 'refused') last.set(answer.groupId, answer);
  }
  for (const [groupId, answer] of last) {
    const left = leftBy(answer);
    if (left === undefined || unknowable.has(groupId)) continue;
    for (const { name } of scene.plan.nodes) {
      if (name === scene.plan.gone?.node) continue;
      const held = scene.record(name, groupId) === undefined ? 'absent' : 'present';
      if (held === left) continue;
      const { id, op, state } = answer;
      scene.fail(
        'P1',
        `${groupId} was audited after ${id} ${op} ${state}, and is ${held} on ${name}`,
      );
    }
  }
}

/** The state of all nodes after it, if they are equal. */
function leftBy({ op, state, nodes }: CommandAnswer): string | undefined {
  if (state === 'committed') return op === 'create' ? 'present' : 'absent';
  if (state !== 'rolled_back') return undefined;
  const states = new Set(
    Object.values(nodes ?? {}).map(({ state: is, retired }) => (retired ? 'unknown' : is)),
  );
  const [left] = states;
  return states.size === 1 && left !== 'unknown' ? left : undefined;
}

function follow(name: string, before: Possible, { op, state, nodes }: CommandAnswer): Possible {
  const wanted = op === 'create' ? 'present' : 'absent';
  const outcome = nodes?.[name];
  // Not configured when the command came.
  if (outcome === undefined) return before;
  if (outcome.retired) return new Set([...before, wanted]);
  if (state === 'committed') return new Set([wanted]);
  return state === 'abandoned' ? new Set([...before, wanted]) : before;
}
