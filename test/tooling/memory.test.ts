/**
 * The memory limits: above the measured use, below the container's, by the numbers in the files.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { settingsSchema } from '../../src/config/schema.ts';
import { PROJECT } from './temp-project.ts';

const MIB = 1024 * 1024;
const UNIT_MIB = { m: 1, g: 1024 } as const;
/** Of what was measured: another machine, another day. */
const HEADROOM = 1.15;

interface App {
  readonly name: string;
  readonly max_memory_restart: number;
  readonly node_args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}
const require = createRequire(import.meta.url);
const { appsOf } = require('../../supervisor/apps.cjs') as {
  appsOf: (env: NodeJS.ProcessEnv) => readonly App[];
};
const apps = appsOf({});
const { services } = parse(readFileSync(join(PROJECT, 'docker-compose.yml'), 'utf8')) as {
  services: Readonly<Record<string, { readonly mem_limit: string }>>;
};
const MEASURED = readFileSync(join(PROJECT, 'docs/decisions/024-memory-limits.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| (daemon|nodesim|pm2-runtime)/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, what = '', ...cells]) => ({ what, most: Math.max(...cells.map(Number)) }));

/** The most that was measured of what begins so, in MiB. */
function measured(what: string): number {
  const found = MEASURED.filter((row) => row.what.startsWith(what));
  if (found.length === 0) throw new Error(`nothing was measured of ${what}`);
  return Math.max(...found.map(({ most }) => most));
}

/** In MiB: `1g`, or the default of `${NAME:-1g}`. */
function containerOf(app: string): number {
  const [, count, unit] = /(\d+)([mg])\}?$/.exec(services[app]!.mem_limit) ?? [];
  return Number(count) * UNIT_MIB[unit as keyof typeof UNIT_MIB];
}

function flagOf({ node_args: args }: App, flag: string): number {
  return Number(args.find((each) => each.startsWith(`${flag}=`))?.split('=')[1]);
}

describe.each(apps)('the memory limit of $name', (app) => {
  const program = app.name === 'lockstepd' ? 'daemon' : app.name;
  const limit = app.max_memory_restart / MIB;

  it('leaves headroom above all that was measured', () => {
    expect(limit).toBeGreaterThan(measured(program) * HEADROOM);
  });

  it('lies clearly below that of the container, in which pm2 runs as well', () => {
    const beside = measured('pm2-runtime');
    expect(limit * 1.15 + beside).toBeLessThan(containerOf(app.name));
  });

  it('a heap that runs full ends the process before the container is full', () => {
    const heap = flagOf(app, '--max-old-space-size');
    const young = 3 * flagOf(app, '--max-semi-space-size');
    const rest = measured(`${program}, idle`) + measured('pm2-runtime');
    expect(heap).toBeLessThan(limit);
    expect(heap + young + rest).toBeLessThan(containerOf(app.name));
  });
});

describe('the memory limit of the daemon', () => {
  const daemonIn = (env: NodeJS.ProcessEnv): App => appsOf(env).find(isDaemon)!;
  const isDaemon = ({ name }: App): boolean => name === 'lockstepd';

  it('is what its setting says by default', () => {
    const expected = settingsSchema.shape.memoryLimitBytes.parse(undefined);
    expect(daemonIn({}).max_memory_restart).toBe(expected);
  });

  it('follows its variable, and its heap follows it', () => {
    const app = daemonIn({ LOCKSTEP_MEMORY_LIMIT_BYTES: String(4096 * MIB) });
    expect(app.max_memory_restart).toBe(4096 * MIB);
    expect(flagOf(app, '--max-old-space-size')).toBe(3072);
  });

  it('leaves alone what NODE_OPTIONS say of the heap, and what is no number to the daemon', () => {
    const chosen = daemonIn({ NODE_OPTIONS: '--max-old-space-size=200' });
    expect(chosen.node_args).toEqual(['--max-semi-space-size=16']);
    const wrong = daemonIn({ LOCKSTEP_MEMORY_LIMIT_BYTES: '1g' });
    expect(wrong.max_memory_restart).toBe(daemonIn({}).max_memory_restart);
  });
});

describe('memory of large messages', () => {
  it('goes back to the system, under pm2 and with the launcher', () => {
    const launcher = readFileSync(join(PROJECT, 'bin/lockstepd'), 'utf8');
    const [, bytes] = /MALLOC_MMAP_THRESHOLD_:-(\d+)\}/.exec(launcher) ?? [];
    for (const { env } of apps) expect(env['MALLOC_MMAP_THRESHOLD_']).toBe(bytes);
  });

  it('is left to the environment that says something else', () => {
    const [app] = appsOf({ MALLOC_MMAP_THRESHOLD_: '1' });
    expect(app?.env['MALLOC_MMAP_THRESHOLD_']).toBe('1');
  });
});
