/**
 * The requests of the clients of the chaos run: creates and deletes of few keys, so that each key
 * is created and deleted many times, in every form of a command. One seed, one workload.
 */
import type { CommandInput } from '../../src/client/index.ts';
import { Prng } from '../core/model/prng.ts';

/** A few commands form one batch; most are sent alone. */
export type Bundle = readonly Asked[];

export type Asked = CommandInput & { readonly id: string };

export interface WorkloadSize {
  readonly commands: number;
  readonly keys: number;
}

/** Some deadlines pass before the nodes have finished, which rolls the command back. */
const DEADLINES_MS = [700, 2000, 4000, 10_000, 30_000];
const BATCH_MAX = 6;

export function* workload(seed: number, { commands, keys }: WorkloadSize): Generator<Bundle> {
  const chance = new Prng(seed);
  for (let made = 0; made < commands; ) {
    const size = chance.chance(0.04) ? chance.between(2, BATCH_MAX) : 1;
    const bundle = Array.from({ length: Math.min(size, commands - made) }, (_, index) =>
      command(`c-${made + index}`, { chance, keys }),
    );
    yield bundle;
    made += bundle.length;
  }
}

function command(id: string, { chance, keys }: { chance: Prng; keys: number }): Asked {
  return {
    id,
    op: chance.chance(0.5) ? 'create' : 'delete',
    groupId: `key ${chance.between(1, keys)}`,
    wait: chance.chance(0.15) ? 'accepted' : 'settled',
    lane: chance.chance(0.3) ? 'bulk' : 'interactive',
    ensure: chance.chance(0.1),
    deadlineMs: chance.pick(DEADLINES_MS),
    ifUnavailable: chance.chance(0.5) ? 'wait' : 'reject',
  };
}
