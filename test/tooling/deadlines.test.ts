/** The deadlines nest, by the numbers in the files. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { settingsSchema } from '../../src/config/schema.ts';
import { PROJECT } from './temp-project.ts';

interface App {
  readonly name: string;
  readonly kill_timeout: number;
  readonly listen_timeout: number;
  readonly stop_exit_codes: readonly number[];
  readonly env: Readonly<Record<string, string>>;
}
const require = createRequire(import.meta.url);
const { apps } = require('../../ecosystem.config.cjs') as { apps: readonly App[] };
const container = require('../../supervisor/container.config.cjs') as { apps: readonly App[] };
const compose = parse(readFileSync(join(PROJECT, 'docker-compose.yml'), 'utf8')) as {
  services: Readonly<Record<string, { readonly stop_grace_period: string }>>;
};
const { shape } = settingsSchema;
const requestTimeoutMs = shape.requestTimeoutMs.parse(undefined);
const drainMs = shape.drainMs.parse(undefined);
const interruptMs = shape.interruptMs.parse(undefined);
const escalateMs = shape.escalateMs.parse(undefined);
const hardExitMs = shape.hardExitMs.parse(undefined);
const killTimeoutMs = shape.killTimeoutMs.parse(undefined);

function seconds(text: string): number {
  return Number(/^(\d+)s$/.exec(text)?.[1]) * 1000;
}

describe('the deadlines nest', () => {
  it('a request is over before the drain, and the drain before the interrupted rest', () => {
    expect(requestTimeoutMs).toBeLessThan(drainMs);
    expect(drainMs + interruptMs).toBeLessThan(escalateMs);
  });

  it('the cause of a slow stop is reported at least three times before the daemon gives up', () => {
    const repeatMs = 2000;
    expect(escalateMs + 2 * repeatMs).toBeLessThan(hardExitMs);
    expect(hardExitMs).toBeLessThan(killTimeoutMs);
  });

  it.each(apps)('pm2 kills $name when the daemon expects it', ({ kill_timeout: killMs }) => {
    expect(killMs).toBe(killTimeoutMs);
  });

  it('the container runs the same apps', () => {
    const withoutLogs = (each: App) => ({ ...each, out_file: '', error_file: '' });
    expect(container.apps.map(withoutLogs)).toEqual(apps.map(withoutLogs));
  });

  it.each(apps)('the container outlives $name and its pm2', ({ name, kill_timeout: killMs }) => {
    expect(killMs).toBeLessThan(seconds(compose.services[name]!.stop_grace_period));
  });
});

describe('the exit codes', () => {
  it.each(apps)('78 and what $name answers a stop with keep it down, 0 does not', (app) => {
    expect(app.stop_exit_codes).toEqual([78, Number(app.env['LOCKSTEP_STOP_EXIT_CODE'])]);
    expect(app.stop_exit_codes).not.toContain(0);
  });
});
