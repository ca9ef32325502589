/**
 * The services of the demo: a daemon and a simulated cluster of its own, under a pm2 of their own.
 *
 * **Invariant: the demo reaches nothing else.** Its programs get a new environment (no setting of
 * lockstep, no address of another service), a configuration file of their own in place of one in
 * the project, free ports, and a data folder that is emptied each time.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from './free-ports.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** supervisor/stop.mjs knows it too: `npm stop` stops the demo. */
const DATA_DIR = join(ROOT, 'data', 'demo');
/** Empty; marks a folder that the demo may remove. */
const CONFIG = join(DATA_DIR, 'lockstep.config.json');
/** The variables of the shell that a program needs, and no others. */
const PASSED_ON = /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_.*|TZ|TERM|TMPDIR|XDG_.*|NO_COLOR)$/;

export interface Services {
  readonly endpoint: string;
  readonly logs: string;
}

/**
 * Ends the services of an earlier demo, removes their data, and starts new ones.
 *
 * @param faultRate the share of calls to every node that fail, 0 to 1
 * @throws if they do not start, or the data folder is not the demo's
 */
export async function startServices(
  given: NodeJS.ProcessEnv,
  faultRate: string,
): Promise<Services> {
  const [commands, events, ops, simulator] = await freePorts();
  const endpoint = `tcp://127.0.0.1:${commands}`;
  const passed = Object.entries(given).filter(([name]) => PASSED_ON.test(name));
  const env = {
    ...Object.fromEntries(passed),
    LOCKSTEP_CONFIG: CONFIG,
    LOCKSTEP_DATA_DIR: DATA_DIR,
    LOCKSTEP_ENDPOINT: endpoint,
    LOCKSTEP_EVENTS_ENDPOINT: `tcp://127.0.0.1:${events}`,
    LOCKSTEP_OPS_PORT: String(ops),
    LOCKSTEP_SYSLOG_ADDRESS: 'none',
    // The supervisor tells the daemon where the simulator's nodes are.
    NODESIM_PORT: String(simulator),
    RANDOM_BEHAVIOR: faultRate,
  };
  await run('stop', env);
  makeDataFolder();
  await run('start', env);
  return { endpoint, logs: join(DATA_DIR, 'logs') };
}

function makeDataFolder(): void {
  const isForeign = existsSync(DATA_DIR) && !existsSync(CONFIG) && readdirSync(DATA_DIR).length > 0;
  if (isForeign)
    throw new Error(
      `${DATA_DIR} exists and is not the demo's: move it, the demo needs this folder`,
    );
  rmSync(DATA_DIR, { recursive: true, force: true });
  mkdirSync(DATA_DIR, { recursive: true, mode: 0o700 });
  writeFileSync(CONFIG, '{}\n');
}

/** What `npm start` and `npm stop` run. */
async function run(script: 'start' | 'stop', env: NodeJS.ProcessEnv): Promise<void> {
  const stdio = ['ignore', script === 'start' ? 'inherit' : 'ignore', 'inherit'] as const;
  const file = join(ROOT, 'supervisor', `${script}.mjs`);
  const child = spawn(process.execPath, [file], { cwd: ROOT, env, stdio: [...stdio] });
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (code !== 0) throw new Error(`npm ${script} ended with ${code ?? signal}`);
}
