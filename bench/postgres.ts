/** The cost of a journal in a database. */
import { join } from 'node:path';
import { postgresMissing } from '../test/support/postgres.ts';
import { runBench } from './rig/bench.ts';
import { Cluster } from './rig/cluster.ts';
import { type Database, startDatabase } from './rig/database.ts';
import { tableOf, threadsOf } from './rig/report.ts';
import { perRound, runRounds, speedRatio } from './rig/rounds.ts';
import { type Subject, startLockstep } from './rig/subjects.ts';

const IN_FLIGHT = 64;

await runBench({
  name: 'postgres',
  about: `
The creates of the main bench at ${IN_FLIGHT} in flight, by a daemon with its journal in a file (SQLite) and
by one with its journal in PostgreSQL, in turn, on one disk, both durable (fsync and synchronous_commit on).
The database runs on the same cores, without a standby; 'database' is the processor time of all its processes.
Not measured: a network, a standby, a long history.`,
  full: { rounds: 5, seconds: 3 },
  small: { rounds: 1, seconds: 0.2 },
  options: {
    profile: 'DIR: writes a CPU profile of each thread of the daemon on PostgreSQL there',
    against: 'CHECKOUT: measures the daemon of another checkout on PostgreSQL in the same run',
  },
  run: async ({ rounds, seconds }, rig) => {
    const missing = postgresMissing();
    if (missing !== undefined) {
      return { values: { postgres: [], databaseCpu: [] }, text: missing, figures: missing };
    }
    const cluster = await Cluster.start();
    const { nodes } = cluster;
    const { profile, against } = rig.given;
    const execArgv = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
    const database = await startDatabase(rig.dir);
    const place = (name: string) => ({ name, nodes, dataDir: join(rig.dir, name) });
    const onDatabase = async (name: string, url: string, checkout?: string) =>
      withDatabase(
        await startLockstep({
          ...place(name),
          ...(checkout === undefined ? { execArgv } : { checkout }),
          env: { LOCKSTEP_JOURNAL: url },
        }),
        database,
      );
    const subjects = [
      await startLockstep(place('SQLite')),
      await onDatabase('PostgreSQL', database.url),
    ];
    if (against !== undefined) {
      subjects.push(await onDatabase('against', await database.another('against'), against));
    }
    const plan = { rounds, levels: [IN_FLIGHT], warmUpMs: 500, measureMs: seconds * 1000 };
    const measurement = await runRounds(plan, { rig, cluster, subjects });
    for (const one of subjects) await one.end();
    await cluster.end();
    await database.end();
    return {
      values: {
        postgres: perRound(measurement, (run) =>
          speedRatio(run('PostgreSQL', IN_FLIGHT), run('SQLite', IN_FLIGHT)),
        ),
        databaseCpu: perRound(
          measurement,
          (run) => run('PostgreSQL', IN_FLIGHT)?.cpuMicros['database'],
        ),
      },
      text: `the database is in ${database.place}\n\n${tableOf(measurement)}\n\n${threadsOf(measurement)}`,
      figures: measurement,
    };
  },
});

function withDatabase(subject: Subject, database: Database): Subject {
  return {
    ...subject,
    run: async (load) => {
      const before = database.cpuMicros();
      const measured = await subject.run(load);
      const micros = (database.cpuMicros() - before) / measured.commands;
      return { ...measured, cpuMicros: { ...measured.cpuMicros, database: micros } };
    },
  };
}
