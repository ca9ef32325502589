/** Starts daemon and simulator as `npm start` does, by running what it runs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const START = fileURLToPath(new URL('../../../supervisor/start.mjs', import.meta.url));

/** The exit code of `npm start`: 0 once both are ready. */
export async function startServices(env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(process.execPath, [START], { env, stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
