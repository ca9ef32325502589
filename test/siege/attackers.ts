/**
 * The program of the attackers: all attacks at once, each in rounds. Arguments: a JSON of the target and the seed.
 * At the message `end` it sends the number of rounds of each attack, and ends.
 */
import { setPriority } from 'node:os';
import { pause } from '../chaos/until.ts';
import { Prng } from '../core/model/prng.ts';
import type { Attack, Siege, Target } from './attack.ts';
import { CONNECTIONS } from './attacks/connections.ts';
import { OPS } from './attacks/ops.ts';
import { REQUESTS } from './attacks/requests.ts';
import { SUBSCRIBERS } from './attacks/subscribers.ts';

/** Real attackers have machines of their own: here they get the time that daemon and honest clients leave. */
const NICE = 19;
const ROUND_AGAIN_MS = 50;
const ATTACKS = [...CONNECTIONS, ...REQUESTS, ...SUBSCRIBERS, ...OPS];

const { seed, only, ...target } = JSON.parse(process.argv[2] ?? '{}') as Target & {
  readonly seed: number;
  readonly only?: string;
};
const over = new AbortController();
const rounds: Record<string, number> = {};

setPriority(NICE);
process.once('disconnect', () => process.exit());
process.once('message', () => over.abort());
// A hundred connections end together when the siege does.
const chosen = ATTACKS.filter(({ name }) => only === undefined || name === only);
await Promise.all(chosen.map((attack, index) => keepOn(attack, index)));
process.send?.(rounds, () => process.exit());

async function keepOn({ name, strike, pauseMs }: Attack, index: number): Promise<void> {
  const siege: Siege = { ...target, chance: new Prng(seed + index), over: over.signal };
  rounds[name] = 0;
  // Not all begin at once, and the slow ones come in the shortest siege, too.
  await pause(siege.chance.between(0, Math.min(pauseMs, 5000)), over.signal);
  while (!over.signal.aborted) {
    // A connection that the daemon has cut is what it should be.
    await strike(siege).catch(() => {});
    rounds[name]++;
    await pause(Math.max(pauseMs, ROUND_AGAIN_MS), over.signal);
  }
}
