/** A copy of the supervisor in a project of its own, with small programs in place of the apps. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, globSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Pm2Runtime, startPm2Runtime } from '../support/pm2-runtime.ts';
import { type Finished, PROJECT, run, tempProject } from './temp-project.ts';

interface Places {
  readonly pm2Home: string;
  readonly pids: string;
}

export interface SupervisedProject {
  readonly root: string;
  readonly start: (env?: NodeJS.ProcessEnv) => Finished;
  readonly stop: (env?: NodeJS.ProcessEnv) => Finished;
  /** `npm start` that runs on beside the test. */
  readonly spawnStart: (env?: NodeJS.ProcessEnv) => ChildProcess;
  /** Starts both apps under pm2-runtime. */
  readonly runtime: (env?: NodeJS.ProcessEnv) => Pm2Runtime;
  /** Has the app end with this code. */
  readonly endWith: (app: string, code: number) => void;
  /** What the app wrote, a line each. */
  readonly logOf: (app: string) => readonly string[];
  /** How often the app was started. */
  readonly livesOf: (app: string) => number;
  /** Of its pm2. */
  readonly places: (env?: NodeJS.ProcessEnv) => Places;
  /** As pm2 wrote it down; 0 while the app is down. */
  readonly pidOf: (app: string, env?: NodeJS.ProcessEnv) => number;
  /** The commands of all processes whose command line names this project. */
  readonly processes: () => readonly string[];
}

/** @param folder the name of its folder, below one for the test */
export async function supervisedProject(folder = ''): Promise<SupervisedProject> {
  const root = tempProject(['supervisor', 'ecosystem.config.cjs', 'package.json'], folder);
  const app = join(PROJECT, 'test/fixtures/supervised/app.js');
  for (const script of ['daemon.js', 'nodesim/main.js']) cpSync(app, join(root, 'dist', script));
  const own: NodeJS.ProcessEnv = {
    LOCKSTEP_DATA_DIR: undefined,
    LOCKSTEP_ENDPOINT: `tcp://127.0.0.1:${await freePort()}`,
    NODESIM_PORT: String(await freePort()),
    RANDOM_BEHAVIOR: undefined,
  };
  const call = (script: string, env: NodeJS.ProcessEnv = {}): Finished =>
    run([process.execPath, `supervisor/${script}.mjs`], { cwd: root, env: { ...own, ...env } });
  onTestFinished(() => {
    call('stop');
  });
  const places = (env: NodeJS.ProcessEnv = {}): Places =>
    (
      createRequire(import.meta.url)(join(root, 'supervisor/places.cjs')) as {
        placesOf: (env: NodeJS.ProcessEnv) => Places;
      }
    ).placesOf({ ...process.env, ...own, ...env });
  const pidOf = (name: string, env?: NodeJS.ProcessEnv): number =>
    pidIn([`${places(env).pids}${name}-*.pid`, join(root, 'data/pm2/pids', `${name}-*.pid`)]);
  return {
    root,
    start: (env) => call('start', env),
    stop: (env) => call('stop', env),
    spawnStart: (env) =>
      spawn(process.execPath, ['supervisor/start.mjs'], {
        cwd: root,
        env: { ...process.env, ...own, ...env },
        stdio: 'ignore',
      }),
    logOf: (name) => readFileSync(join(root, 'data/logs', `${name}.log`), 'utf8').split('\n'),
    livesOf: (name) =>
      statSync(join(root, 'data', `${name}.lives`), { throwIfNoEntry: false })?.size ?? 0,
    pidOf,
    places,
    runtime: (env) => startPm2Runtime(root, { ...process.env, ...own, ...env }),
    endWith: (name, code) => {
      writeFileSync(join(root, 'data/exit-code'), String(code));
      const pid = pidOf(name);
      if (pid === 0) throw new Error(`${name} does not run`);
      process.kill(pid, 'SIGUSR2');
    },
    processes: () => processesNaming(root),
  };
}

function pidIn(patterns: readonly string[]): number {
  const [file] = globSync(patterns);
  return file === undefined ? 0 : Number(readFileSync(file, 'utf8'));
}

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
}

function processesNaming(text: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(commandLineOf)
    .filter((line) => line.includes(text));
}

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return ''; // it ended while we looked
  }
}
