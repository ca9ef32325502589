/**
 * The main bench: speed, latency and processor time with 1, 64 and 256 commands in flight, compared
 * with the floor.
 */
import { join, resolve } from 'node:path';
import { type Outcome, type Rig, runBench } from './rig/bench.ts';
import { Cluster } from './rig/cluster.ts';
import { tableOf, threadsOf } from './rig/report.ts';
import { type Measurement, perRound, runRounds, speedRatio } from './rig/rounds.ts';
import { secure } from './rig/secured.ts';
import { median, spread } from './rig/statistics.ts';
import { type Subject, startFloor, startLockstep } from './rig/subjects.ts';
import { figure, range } from './rig/table.ts';

/** If the floor itself varies by more (most ÷ least), ratios mean nothing on that machine. */
const FLOOR_SPREAD_MAX = 0.3;

await runBench({
  name: 'commands',
  about: `
Creates of new keys on three nodes, one client, one executor, nothing fails. lockstep is the real
daemon: ZeroMQ, SQLite with synchronous=FULL, two durable commits a command. The floor is one thread
that makes the same three POSTs by undici.Pool: no socket, no journal, no daemon. The nodes
are bare HTTP servers that keep nothing, one process each, so they are not what limits.
Not measured: deletes and surveys, faults and retries, several clients or executors, keys in demand,
a long history, a network. 'cpu' is the processor time of a subject, client included.`,
  full: { rounds: 5, seconds: 3, 'warm-up': 0.5 },
  small: { rounds: 1, seconds: 0.2, 'warm-up': 0.1 },
  options: {
    'in-flight': '1,64,256: the loads',
    floor: 'client: a second floor, made by the daemon’s own node client',
    against: 'CHECKOUT: measures the daemon of another checkout in the same run',
    secured: 'a second daemon that asks for a token, and a third one with CURVE and tokens: yes',
    profile: 'DIR: writes a CPU profile of each thread there (the figures suffer)',
  },
  run: async ({ rounds, seconds, 'warm-up': warmUp }, rig) => {
    const levels = (rig.given['in-flight'] ?? '1,64,256').split(',').map(Number);
    const cluster = await Cluster.start();
    const subjects = await startSubjects(rig, cluster);
    const plan = { rounds, levels, warmUpMs: warmUp * 1000, measureMs: seconds * 1000 };
    const measurement = await runRounds(plan, { rig, cluster, subjects });
    for (const one of subjects) await one.end();
    await cluster.end();
    return outcomeOf(measurement);
  },
});

async function startSubjects({ dir, given }: Rig, { nodes }: Cluster): Promise<Subject[]> {
  const { profile, against, floor, secured } = given;
  const execArgv =
    profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(profile)}`];
  const subjects = [await startFloor(nodes, { execArgv })];
  if (floor !== undefined) {
    subjects.push(await startFloor(nodes, { name: 'node client', byNodeClient: true, execArgv }));
  }
  const place = (name: string) => ({ name, dataDir: join(dir, name), nodes, execArgv });
  subjects.push(await startLockstep(place('lockstep')));
  if (against !== undefined) {
    subjects.push(await startLockstep({ ...place('against'), checkout: resolve(against) }));
  }
  if (secured !== undefined) {
    for (const by of ['token', 'CURVE'] as const) {
      const { dataDir } = place(by);
      subjects.push(await startLockstep({ ...place(by), ...secure(dataDir, by) }));
    }
  }
  return subjects;
}

function outcomeOf(measurement: Measurement): Outcome {
  const { fdatasyncMs } = measurement;
  const sync = spread(fdatasyncMs);
  return {
    values: {
      speed64: perRound(measurement, (run) => speedRatio(run('lockstep', 64), run('floor', 64))),
      speed256: perRound(measurement, (run) => speedRatio(run('lockstep', 256), run('floor', 64))),
      alone: perRound(measurement, (run) => {
        const [own, its] = [run('lockstep', 1), run('floor', 1)];
        return own && its ? (own.p50Ms - its.p50Ms) / median(fdatasyncMs) : undefined;
      }),
      tail: perRound(measurement, (run) => {
        const own = run('lockstep', 64);
        return own && own.p99Ms / own.p50Ms;
      }),
      coordinator: perRound(measurement, (run) => run('lockstep', 64)?.cpuMicros['coordinator']),
    },
    text: [
      `one fdatasync ${figure(sync.median)} (${range(sync)}) ms\n`,
      `${tableOf(measurement)}\n`,
      threadsOf(measurement),
    ].join('\n'),
    figures: measurement,
    unsteady: unsteadiness(measurement),
  };
}

function unsteadiness({ runs }: Measurement): string | undefined {
  const floors = runs.filter(({ subject }) => subject === 'floor');
  for (const inFlight of new Set(floors.map((run) => run.inFlight))) {
    const own = floors.filter((run) => run.inFlight === inFlight);
    const { least, median: middle, most } = spread(own.map(({ perSecond }) => perSecond));
    if (most - least <= FLOOR_SPREAD_MAX * middle) continue;
    const speeds = `${least.toFixed(0)} to ${most.toFixed(0)} commands/s`;
    return `the rounds disagree on a machine that is not steady: the floor itself made ${speeds} at ${inFlight} in flight`;
  }
  return undefined;
}
