/**
 * pm2-runtime over a copy of the project, as the container's entrypoint starts it; its pm2 home is
 * in the copy's data.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface Pm2Runtime {
  /** Its output so far, with the apps' logs. */
  readonly output: () => string;
  /** Its exit code, after it was ordered to end. */
  readonly end: () => Promise<number | null>;
}

/** It ends with the test. */
export function startPm2Runtime(root: string, env: NodeJS.ProcessEnv): Pm2Runtime {
  const data = join(root, 'data');
  mkdirSync(data, { recursive: true });
  const program = join(root, 'node_modules/pm2/bin/pm2-runtime');
  const args = ['start', 'supervisor/container.config.cjs', '--no-auto-exit'];
  const child = spawn(process.execPath, [program, ...args], {
    cwd: root,
    env: { ...env, PM2_HOME: join(data, 'pm2'), PM2_DISABLE_VERSION_CHECK: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const end = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    return (await ended)[0];
  };
  onTestFinished(async () => {
    await end();
  });
  return { output: () => output, end };
}
