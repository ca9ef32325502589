/**
 * Whether what was settled is so: on the nodes (P1), in what clients are told, and in what the
 * journal takes for the owner marks. Written without the core's help.
 */
import type { Settlement } from '../../../src/core/model.ts';
import type { Records, Scene, Watch } from './watch.ts';

/** P1, by what the nodes hold. */
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
  const alike = (one: { body: string; token?: string } | undefined) =>
    one?.body === record?.body && (setting.dialect !== 'shown' || one?.token === record?.token);
  const found = log.of(command.seq).began?.findings?.[setting.nodes[node] ?? ''];
  // What was undone is as the survey found it, whatever earlier commands still did to it.
  if (state === 'rolled_back' && found?.presence === 'present') return alike(found);
  return prior[node]?.some(alike) === true;
}

/** P1: no command may remove a record that is not its own to remove. */
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

/** What clients are told of each node is so, or is said to be unknown. */
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

/** What the journal takes for the owner marks of this key is so, unless another client meddled. */
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
