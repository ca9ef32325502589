/** One chaos run: with faults all promises must hold; after the faults all commands must settle. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Clients } from './clients.ts';
import { comeToRest } from './evidence.ts';
import { RARE_FLAVOURS } from './flavours.ts';
import { Heard } from './heard.ts';
import { Nemesis } from './nemesis.ts';
import { Recoveries } from './recoveries.ts';
import type { Report } from './report.ts';
import { setStage } from './stage.ts';
import { type ChaosOptions, conclude } from './verdict.ts';
import { type Bundle, workload } from './workload.ts';

const KEYS = 300;
/** Bundles a second, while the clients have few requests in flight. */
const PACE_PER_SECOND = 50;

export async function runChaos(options: ChaosOptions): Promise<Report> {
  const log = logger();
  log(`seed ${options.seed}: building, starting`);
  await using stage = await setStage(options.seed, options.quiesceMs);
  for (const [node, faults] of Object.entries(RARE_FLAVOURS))
    await stage.fleet.setFaults(node, faults);
  const heard = new Heard();
  using clients = new Clients(stage.endpoint, heard);
  const recoveries = new Recoveries(heard);
  const nemesis = new Nemesis({ scene: { stage, clients }, recoveries, log });
  const failures: string[] = [];
  const note = (error: unknown): void => {
    failures.push(String(error));
  };
  nemesis.begin(options.seed);
  const work = clients.work(paced(options)).catch(note);
  await Promise.race([sleep(options.minutes * 60_000), nemesis.broken.catch(note)]);
  await nemesis.end();
  log('the faults are over');
  const endedMs = performance.now();
  stage.clock?.set(0);
  const spoiledCalls = await stage.fleet.struck();
  await stage.fleet.clearFaults();
  await work;
  await comeToRest(stage.asking, stage.fleet).catch(note);
  const settledAfterMs = Math.round(performance.now() - endedMs);
  log('everything is over');
  try {
    return await conclude(
      { options, stage, heard, clients, recoveries },
      { failures, spoiledCalls, settledAfterMs },
    );
  } catch (error) {
    log(`no verdict: ${failures.join('; ')}; everything is kept in ${stage.keep()}`);
    throw error;
  }
}

/** This many a second at most, until the time is over. */
async function* paced({ minutes, seed }: ChaosOptions): AsyncGenerator<Bundle> {
  const begunMs = performance.now();
  let count = 0;
  for (const bundle of workload(seed, { commands: Number.POSITIVE_INFINITY, keys: KEYS })) {
    const dueMs = (++count / PACE_PER_SECOND) * 1000;
    await sleep(Math.max(0, begunMs + dueMs - performance.now()));
    if (performance.now() - begunMs > minutes * 60_000) return;
    yield bundle;
  }
}

function logger(): (text: string) => void {
  const begunMs = performance.now();
  return (text) => {
    const atS = ((performance.now() - begunMs) / 1000).toFixed(1).padStart(6);
    console.error(`${new Date().toISOString()} ${atS} s  ${text}`);
  };
}
