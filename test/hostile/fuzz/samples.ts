/** Valid requests, as docs/protocol.md has them: what the fuzz begins with. */
import type { Prng } from '../../core/model/prng.ts';

/** Keys are few, so that commands meet; ids are fewer, so that they repeat. */
const KEYS = 400;
const IDS = 200;
const STATES = ['accepted', 'applying', 'compensating', 'committed', 'rolled_back', 'refused'];

type Json = Record<string, unknown>;

export function sample(chance: Prng): Json {
  const key = (): string => `fuzz ${chance.between(1, KEYS)}`;
  const id = (): string => `fuzz-${chance.between(1, IDS)}`;
  const command = (): Json => commandOf(chance, { key, id });
  const kinds: readonly (() => Json)[] = [
    command,
    command,
    command,
    () => ({ op: 'batch', commands: Array.from({ length: chance.between(1, 5) }, command) }),
    () => ({ op: 'status' }),
    () => ({ op: 'status', id: id(), record: chance.chance(0.5) }),
    () => ({ op: 'status', id: id(), story: chance.chance(0.5) }),
    () => ({ op: 'list', limit: chance.between(1, 20), groupId: key() }),
    () => ({ op: 'list', state: chance.pick(STATES), node: 'node01', stuck: true }),
    () => ({ op: 'list', state: STATES.slice(chance.between(0, 4)), limit: 3, parked: true }),
    () => ({ op: 'list', limit: 2, olderThanMs: chance.between(0, 9_000), youngerThanMs: 60_000 }),
    () => ({ op: 'retry', id: id(), by: 'ann@bastion' }),
    () => ({ op: 'cancel', id: id() }),
    () => ({ op: 'cancel', filter: { state: ['accepted'], lane: 'bulk' }, dryRun: true, limit: 5 }),
    () => ({ op: 'abandon', filter: { op: 'create', node: 'node02' }, dryRun: true }),
    () => ({ op: 'restore', act: 'resume', filter: {}, dryRun: true }),
    () => ({ op: 'breaker', node: 'node01' }),
    () => ({ op: 'node' }),
    () => ({ op: 'node', node: 'node01', act: 'undrain', by: 'ann' }),
    () => ({ op: 'acts', limit: 2, act: ['cancel', 'retry'], outcome: 'done' }),
    () => ({ op: 'logs', limit: 2, level: 'warn', thread: 'main' }),
    () => ({ op: 'resume', lane: 'bulk', by: 'ann' }),
    () => ({ op: 'ping' }),
  ];
  return chance.pick(kinds)();
}

function commandOf(chance: Prng, { key, id }: { key: () => string; id: () => string }): Json {
  const maybe = (name: string, value: unknown): Json =>
    chance.chance(0.3) ? { [name]: value } : {};
  return {
    op: chance.pick(['create', 'delete']),
    groupId: key(),
    ...maybe('id', id()),
    ...maybe('wait', chance.pick(['settled', 'accepted'])),
    ...maybe('lane', chance.pick(['interactive', 'bulk'])),
    ...maybe('deadlineMs', chance.between(1000, 30_000)),
    ...maybe('expiresAt', 9_000_000_000_000),
    ...maybe('ensure', chance.chance(0.5)),
    ...maybe('ifUnavailable', chance.pick(['reject', 'wait'])),
    ...(chance.chance(0.05) ? { dryRun: chance.chance(0.8) } : {}),
  };
}
