/**
 * `npm run test:container`: builds the product's image and runs its tests in a real engine, within
 * bounded time. Where there is no engine it says so, `skipped: no engine (…)`, and ends with 0.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { findBaseImage } from './support/base-image.ts';
import { findEngine } from './support/engine.ts';
import { run } from './support/program.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
const VITEST = resolve(PROJECT, 'node_modules/vitest/vitest.mjs');
const BUILD_MS = 300_000;
const IMAGE = 'lockstep-under-test';

const engine = await findEngine();
if (engine.kind === 'none') console.log(`skipped: no engine (${engine.reason})`);
else {
  try {
    process.exitCode = await test({ ...process.env, ...engine.env });
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  } finally {
    await engine.end();
  }
}

async function test(env: NodeJS.ProcessEnv): Promise<number> {
  const base = await findBaseImage(env);
  if (base.kind === 'none') {
    console.log(`skipped: no engine (${base.reason})`);
    return 0;
  }
  console.log(`building the image on ${base.name} …`);
  // The host's network: the builder's own may not lead to the registries.
  const command = ['docker', 'build', '--network', 'host', '--tag', IMAGE];
  command.push('--build-arg', `NODE_IMAGE=${base.name}`, PROJECT);
  await run(command, { timeoutMs: BUILD_MS, env: { ...env, DOCKER_BUILDKIT: '0' } });
  const flags = ['run', '--config', 'test/container/vitest.config.ts'];
  const child = spawn(process.execPath, [VITEST, ...flags], {
    cwd: PROJECT,
    env: { ...env, LOCKSTEP_IMAGE: IMAGE },
    stdio: 'inherit',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
