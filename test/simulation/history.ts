/** One history: from a seed to a verdict. */
import type { Settlement } from '../../src/core/model.ts';
import { hash } from './chance.ts';
import { Spin } from './spin.ts';
import { type Broken, World, type WorldOptions } from './world.ts';

export interface Verdict {
  readonly seed: number;
  readonly broken: Broken | undefined;
  /** Names of all faults and requests of the history. */
  readonly struck: readonly string[];
  readonly steps: number;
  readonly crashes: number;
  readonly faults: number;
  /** Of breakers. */
  readonly openings: number;
  /** Commands that settled without a retired node. */
  readonly leftOut: number;
  /** The outcomes of the commands. */
  readonly states: readonly string[];
}

export async function runHistory(seed: number, options: WorldOptions = {}): Promise<Verdict> {
  const world = new World(seed, options);
  const spin = new Spin();
  let steps = 0;
  try {
    while (world.broken === undefined && !world.rest.isOver && world.agenda.step()) {
      // Promises of this step resolve before the next step: no step begins inside another.
      await turnOfLoop();
      world.rest.look();
      steps++;
      if (spin.step(world.agenda.now)) world.fail('liveness', 'it spins');
    }
    if (!world.rest.isOver) world.fail('liveness', 'it came to a halt');
  } catch (error) {
    world.throws(error);
  }
  return {
    seed,
    broken: world.broken,
    struck: world.chance.struck,
    steps,
    crashes: world.lives.ended,
    faults: world.network.faults,
    openings: world.lives.openings,
    leftOut: [...world.ledger.all].filter(({ settled }) => leavesOut(settled)).length,
    states: [...world.ledger.all].map(({ settled }) => settled?.state ?? 'open'),
  };
}

function leavesOut(settled: Settlement | undefined): boolean {
  return Object.values(settled?.nodes ?? {}).some(({ retired }) => retired === true);
}

/** A number made of all events: equal histories have equal numbers. */
export async function fingerprint(seed: number): Promise<number> {
  let value = seed;
  await runHistory(seed, {
    trace: (line) => {
      value = hash(line, value);
    },
  });
  return value;
}

function turnOfLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
