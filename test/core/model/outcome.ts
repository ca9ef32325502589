/**
 * Whether settlements are true: on the nodes (P1), in the answers to clients, and in the journal's
 * owner marks. Written without the core.
 */
import type { Settlement } from '../../../src/core/model.ts';
import type { Records, Scene, Watch } from './watch.ts';

/** P1, by the records on the nodes. */
export function checkOutcome(scene: Scene, watch: Watch, { state }: Settlement): void {
  for (const [node, record] of scene.records.entries()) {
    if (watch.disturbed[node]) continue;
    const right =
      state === 'committed'
        ? isWanted(scene, watch, record)
        : isUndone(scene, watch, { node, state });
    if (!right) {
      scene.fail('P1', `${watch.command.id} is ${state}, but node ${node} ${holds(record)}`);
    }
  }
}

function isWanted({ setting }: Scene, { command }: Watch, record: Records[number]): boolean {
  if (command.op === 'delete') return record === undefined;
  if (record === undefined) return false;
  return command.ensure || setting.dialect === 'challenge' || record.token === command.token;
}

function isUndone(
  { setting, log, records }: Scene,
  { command, prior }: Watch,
  { node, state }: { node: number; state: string },
): boolean {
  const record = records[node];
  if (command.op === 'create') return prior[node]?.includes(record) === true;
  // A record that was put back: its owner mark is known for sure only where nodes show it.
  const alike = (one: { body?: string; token?: string } | undefined) =>
    one?.body === record?.body && (setting.dialect !== 'shown' || one?.token === record?.token);
  const found = log.of(command.seq).began?.findings?.[setting.nodes[node] ?? ''];
  // An undone node is as the survey found it, with the late effects of earlier commands.
  if (state === 'rolled_back' && found?.presence === 'present') return alike(found);
  return prior[node]?.some(alike) === true;
}

/** P1: no command may remove the record of another. */
export function checkVictim(
  scene: Scene,
  watch: Watch,
  {
    node,
    victim,
  }: {
    node: number;
    victim: Records[number];
  },
): void {
  const { command } = watch;
  const { setting, log } = scene;
  // Without owner marks a late create of an abandoned command can't be told from our own.
  const clear = setting.policy.tokens || watch.prior[node]?.length === 1;
  if (victim === undefined || !clear || victim.token === command.token) return;
  if (command.op === 'delete') {
    if (setting.dialect !== 'shown' || !watch.disturbed[node]) return;
    const found = log.of(command.seq).began?.findings?.[setting.nodes[node] ?? ''];
    if (found?.presence === 'present' && found.token === victim.token) return;
  }
  scene.fail('P1', `${command.id} removes another's record from node ${node}`);
}

/** Each statement about a node is true, or says that the state is unknown. */
export function checkTold(scene: Scene, watch: Watch, { state, nodes }: Settlement): void {
  for (const [node, name] of scene.setting.nodes.entries()) {
    if (watch.met[node] || (watch.prior[node]?.length ?? 0) > 1) continue;
    const sent = nodes[name]?.state;
    const is = scene.records[node] === undefined ? 'absent' : 'present';
    if (sent === is || (sent === 'unknown' && state !== 'committed')) continue;
    scene.fail('told', `${name} is ${is}, and ${sent} was said`);
  }
}

/** The reason in the answer is true. */
export function checkReason(
  scene: Scene,
  watch: Watch,
  { settlement: { state, reason }, cancelled }: { settlement: Settlement; cancelled: boolean },
): void {
  const { command, stranger, denied } = watch;
  const met = watch.met.includes(true);
  const missing = watch.prior.some((prior) => prior.includes(undefined));
  const nothing = watch.prior.every((prior) => prior.includes(undefined));
  const so = {
    already_exists: command.op === 'create' && stranger.every(Boolean),
    diverged: met || (command.op === 'delete' ? missing : stranger.includes(true)),
    not_found: command.op === 'delete' && (met || nothing),
    deadline: scene.now() >= command.deadlineAt,
    node_refused: denied,
    different: false,
    cancelled,
  };
  if (state === 'committed' ? reason !== undefined : reason === undefined || !so[reason]) {
    scene.fail('told', `${command.id} is ${state} because of ${reason}`);
  }
}

/** The journal's owner marks of this key are true, unless another client interfered. */
export function checkTokens({ setting, log, records, meddled, fail }: Scene): void {
  if (!setting.policy.tokens) return;
  const known = log.tokens() ?? {};
  for (const [node, name] of setting.nodes.entries()) {
    if (meddled.has(node)) continue;
    const token = records[node]?.token;
    // A mark must be known where nodes show it and only our commands ever wrote.
    const due = setting.dialect === 'shown' && setting.standing[node] === false;
    if (known[name] === token || (known[name] === undefined && !due)) continue;
    fail('tokens', `${name} holds ${token}, the journal says ${known[name]}`);
  }
}

function holds(record: Records[number]): string {
  return record === undefined ? 'holds nothing' : `holds the record of ${record.token}`;
}
