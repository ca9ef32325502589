/**
 * One siege: the honest clients alone, then beside all attacks, then alone again. Then the connections of the
 * attackers must be gone, and the nodes must hold what the honest clients were told.
 */
import { isError, LockstepClient } from '../../src/client/index.ts';
import { pause, until } from '../chaos/until.ts';
import type { Seen } from './honest.ts';
import { Program } from './program.ts';
import { judged, type Report, timesOf } from './report.ts';
import { LIMIT_BYTES, type Stage, setStage } from './stage.ts';

/** Of the time of the siege, for the same load without attack; and at least so long. */
const CALM_SHARE = 0.1;
const CALM_MS_MIN = 20_000;
/** The first answers of a fresh process are slower. */
const WARM_UP_MS = 5000;
const REST_MS_MAX = 60_000;
const OPEN_FILES_MORE = 20;
const REOPENED = 'memory is used up by connections';

export interface SiegeOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly slowerMax: number;
  /** One attack alone. */
  readonly only?: string | undefined;
}

export async function runSiege({ minutes, seed, slowerMax, only }: SiegeOptions): Promise<Report> {
  await using stage = await setStage(seed);
  const { endpoint, eventsEndpoint, opsUrl } = stage.daemon;
  const target = { endpoint, eventsEndpoint, opsUrl };
  const firstPid = stage.daemon.pid;
  const client = new LockstepClient({ endpoint });
  using honest = new Program<Seen>('honest.ts', target);
  const never = new AbortController().signal;
  const siegeMs = minutes * 60_000;

  await pause(WARM_UP_MS, never);
  await honest.report();
  const openFiles = stage.openFiles();
  await pause(Math.max(CALM_MS_MIN, siegeMs * CALM_SHARE), never);
  const calm = await honest.report();
  log(`calm is over: ${summaryOf(calm)}`);

  await client.pause('bulk');
  stage.hostile.isHostile = true;
  const attackers = new Program<Record<string, number>>('attackers.ts', { ...target, seed, only });
  const end = performance.now() + siegeMs;
  while (performance.now() < end && stage.daemon.alive) {
    await pause(Math.max(0, Math.min(10_000, end - performance.now())), never);
    log(
      `${mib(stage.residentBytes())} MiB, peak ${mib(stage.peakBytes())}, ${stage.openFiles()} open files`,
    );
  }
  const under = stage.daemon.alive ? await honest.report() : undefined;
  const rounds = await attackers.report();
  attackers[Symbol.dispose]();
  stage.hostile.isHostile = false;
  log('the attacks are over');

  const after = stage.daemon.alive
    ? await rest(stage, { client, openFiles })
    : ['the daemon has ended'];
  const last = stage.daemon.alive ? await honest.report('end') : undefined;
  const untrue = last === undefined ? [] : await untrueKeys(stage, last.keys);
  client.close();
  const peakBytes = stage.peakBytes();
  const { output } = stage.daemon;
  return judged({
    minutes,
    seed,
    slowerMax,
    calm: timesOf(calm),
    besieged: timesOf(under),
    rounds,
    pagesOfZeros: stage.hostile.pages,
    peakBytes,
    limitBytes: LIMIT_BYTES,
    reopened: output.split(REOPENED).length - 1,
    keysCompared: Object.keys(last?.keys ?? {}).length,
    untrue,
    faults: [...calm.faults, ...(under?.faults ?? []), ...(last?.faults ?? [])],
    eventsAfter: last?.events ?? 0,
    troubles: [
      ...after,
      ...(stage.daemon.alive && stage.daemon.pid === firstPid ? [] : [output.slice(-3000)]),
    ],
    output,
  });
}

/** Until nothing of the attackers is left; @returns what is left in the end */
async function rest(
  stage: Stage,
  { client, openFiles }: { readonly client: LockstepClient; readonly openFiles: number },
): Promise<string[]> {
  const troubles: string[] = [];
  const note = (error: unknown): void => void troubles.push(String(error));
  await client.resume('bulk', { timeoutMs: REST_MS_MAX });
  await until(
    'closing connections',
    () => stage.openFiles() < openFiles + OPEN_FILES_MORE,
    REST_MS_MAX,
  ).catch(note);
  const isAtRest = async (): Promise<boolean> => {
    const summary = await client.summary({ timeoutMs: REST_MS_MAX });
    return !isError(summary) && summary.open < 100;
  };
  await until('settling all commands', isAtRest, REST_MS_MAX).catch(note);
  await pause(5000, new AbortController().signal);
  return troubles;
}

/** Keys whose records are not what their client was told. */
async function untrueKeys({ sim }: Stage, told: Seen['keys']): Promise<string[]> {
  const untrue: string[] = [];
  for (const node of Object.keys(sim.urls)) {
    const held = new Set(await sim.list(node));
    for (const [key, state] of Object.entries(told)) {
      if (state === 'not known') continue;
      if (held.has(key) !== (state === 'present')) untrue.push(`${node}: ${key} is not ${state}`);
    }
  }
  return untrue;
}

function summaryOf({ commands, faults }: Seen): string {
  return `${commands.length} commands, ${faults.length} faults`;
}

function mib(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}

function log(text: string): void {
  console.error(`${new Date().toISOString()}  ${text}`);
}
