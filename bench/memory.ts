/**
 * The resident memory of the built daemon and of nodesim, as pm2 and a container count it: idle, at
 * work, with many open commands (their nodes are down), and after a restart that reads all of
 * those. They run with the flags that they have under pm2.
 *
 *     npm run bench -- memory [--open 100000,200000] [--seconds 5] [--executors 4] [--key-length 32]
 *
 * Only Linux shows these figures (/proc). docs/decisions/024-memory-limits.md depends on them.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { isError, LockstepClient } from '../src/client/index.ts';
import { freePorts } from '../test/support/free-ports.ts';
import { applyLoad, type Load } from './rig/load.ts';
import { Program } from './rig/processes.ts';

type App = 'lockstepd' | 'nodesim';
const { memoryOf } = createRequire(import.meta.url)('../supervisor/memory.cjs') as {
  memoryOf: (name: App, env: object) => { readonly nodeArgs: string[] };
};
const BUILT = join(import.meta.dirname, '../dist');
const NAMES = ['node01', 'node02', 'node03'];
const IN_FLIGHT = 256;
const DAY_MS = 24 * 60 * 60 * 1000;
/** Long enough to see the memory of the work after a start. */
const SETTLE_MS = 3000;
const MIB_KB = 1024;

const { values } = parseArgs({
  options: {
    open: { type: 'string', default: '100000,200000' },
    seconds: { type: 'string', default: '5' },
    executors: { type: 'string', default: '4' },
    'key-length': { type: 'string', default: '32' },
  },
});
const dir = mkdtempSync(join(tmpdir(), 'lockstep-memory-'));
process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
const [commands, events, ops, shared = 0, nowhere] = await freePorts(5 + NAMES.length);
const endpoint = `tcp://127.0.0.1:${commands}`;

await atWork(Number(values.seconds) * 1000);
await withOpenCommands(values.open.split(',').map(Number), Number(values['key-length']));

async function atWork(measureMs: number): Promise<void> {
  const sim = await start('nodesim', 'nodesim/main.js', {
    NODESIM_PORT: String(shared),
    NODESIM_DATA_DIR: join(dir, 'nodesim'),
  });
  const daemon = await startDaemon('idle', (index) => shared + 1 + index);
  await sleep(SETTLE_MS);
  tell('daemon, idle', daemon);
  tell('nodesim, idle', sim);
  const client = await LockstepClient.connect({ endpoint });
  const load: Load = {
    kind: 'load',
    inFlight: IN_FLIGHT,
    warmUpMs: 0,
    measureMs,
    prefix: 'memory',
  };
  const measured = await applyLoad((key, done) => void create(client, key, done), load);
  tell(`daemon, ${IN_FLIGHT} in flight, ${measured.commands} commands`, daemon);
  tell(`nodesim, ${measured.commands} records on each node`, sim);
  client.close();
  await daemon.end();
  await sim.end();
}

async function create(client: LockstepClient, key: string, done: (fault?: string) => void) {
  const answer = await client.create(key);
  done(!isError(answer) && answer.state === 'committed' ? undefined : JSON.stringify(answer));
}

async function withOpenCommands(wanted: readonly number[], keyLength: number): Promise<void> {
  const daemon = await startDaemon('open', () => nowhere ?? 0);
  const client = await LockstepClient.connect({ endpoint });
  let open = 0;
  const fill = async (until: number): Promise<void> => {
    while (open < until) {
      const key = String(open++).padStart(keyLength, 'k');
      const options = {
        wait: 'accepted',
        lane: 'bulk',
        deadlineMs: DAY_MS,
        // Their nodes are not there, and breakers may open meanwhile.
        ifUnavailable: 'wait',
      } as const;
      const answer = await client.create(key, options);
      if (isError(answer)) throw new Error(JSON.stringify(answer));
    }
  };
  for (const until of wanted) {
    await Promise.all(Array.from({ length: IN_FLIGHT }, () => fill(until)));
    tell(`daemon, ${until} commands open`, daemon);
  }
  client.close();
  await daemon.end();
  const again = await startDaemon('open', () => nowhere ?? 0);
  await sleep(SETTLE_MS);
  tell(`daemon, ${open} open commands read back`, again);
  await again.end();
}

function startDaemon(name: string, portOf: (index: number) => number): Promise<Program> {
  return start('lockstepd', 'daemon.js', {
    LOCKSTEP_NODES: NAMES.map((node, at) => `${node}=http://127.0.0.1:${portOf(at)}/v1`).join(),
    LOCKSTEP_DATA_DIR: join(dir, name),
    LOCKSTEP_ENDPOINT: endpoint,
    LOCKSTEP_EVENTS_ENDPOINT: `tcp://127.0.0.1:${events}`,
    LOCKSTEP_OPS_PORT: String(ops),
    LOCKSTEP_EXECUTORS: values.executors,
    LOCKSTEP_OPEN_MAX: '10000000',
    LOCKSTEP_SYSLOG_ADDRESS: 'none',
  });
}

async function start(name: App, script: string, settings: Readonly<Record<string, string>>) {
  const env = { PATH: process.env['PATH'], ...settings };
  const { nodeArgs: execArgv } = memoryOf(name, {});
  const program = new Program(name, join(BUILT, script), { cwd: dir, env, execArgv });
  await program.said();
  return program;
}

/** The peak counts from one line to the next. */
function tell(what: string, { pid }: Program): void {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mib = (name: string): string => {
    const kb = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    return String(Math.round(Number(kb) / MIB_KB)).padStart(5);
  };
  console.log(`${what.padEnd(48)} ${mib('VmRSS')} MiB, at most ${mib('VmHWM')} MiB`);
  // Resets VmHWM.
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
