/**
 * P1 as clients see it: who knows nothing but the outcomes, in the order of acceptance, and what
 * stood on the nodes at first, knows what stands there now. After an `abandoned` command a node may
 * hold what was before or what was wanted.
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
      const possible = ofKey.reduce(follow, first);
      const held = scene.record(name, groupId) === undefined ? 'absent' : 'present';
      if (possible.has(held)) continue;
      const outcomes = ofKey.map(({ id, op, state }) => `${id} ${op} ${state}`).join(', ');
      scene.fail('P1', `after ${outcomes}, ${name} has ${groupId} ${held}`);
    }
  }
}

/**
 * After an audit that repaired, whatever befell the nodes: each holds what the last command that
 * committed wanted.
 */
export function judgeRepairs(
  scene: Scene,
  listed: readonly Answer[],
  unknowable: ReadonlySet<string>,
): void {
  const last = new Map<string, CommandAnswer>();
  for (const answer of listed as readonly CommandAnswer[]) {
    if (answer.state === 'committed' || answer.state === 'abandoned')
      last.set(answer.groupId, answer);
  }
  for (const [groupId, { id, op, state }] of last) {
    if (state === 'abandoned' || unknowable.has(groupId)) continue;
    for (const { name } of scene.plan.nodes) {
      const isHeld = scene.record(name, groupId) !== undefined;
      if (isHeld === (op === 'create')) continue;
      scene.fail('P1', `${groupId} was audited after ${id} ${op}, and ${name} has it: ${isHeld}`);
    }
  }
}

function follow(before: Possible, { op, state }: CommandAnswer): Possible {
  const wanted = op === 'create' ? 'present' : 'absent';
  if (state === 'committed') return new Set([wanted]);
  return state === 'abandoned' ? new Set([...before, wanted]) : before;
}
