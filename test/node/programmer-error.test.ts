import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { answer, type Script, startRawNode } from './support/raw-node.ts';

const PROGRAM = fileURLToPath(new URL('./programs/faulty-caller.ts', import.meta.url));

async function run(url: string): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, url], (error, stdout) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, said: stdout });
    });
  });
}

const SCRIPTS: readonly (readonly [how: string, kind: string, script: Script])[] = [
  ['an answer', 'absent', (socket) => socket.write(answer('404 Not Found'))],
  ['a reset', 'lost', (socket) => socket.resetAndDestroy()],
];

test.each(SCRIPTS)(
  'P10: a bug in who hears of %s crashes the process, it does not vanish',
  async (...[, kind, script]) => {
    const node = await startRawNode(script);
    const { code, said } = await run(node.url);
    expect(said).toBe(`uncaught: a bug, told ${kind}\n`);
    expect(code).toBe(1);
  },
);

test('P10: also of a connection that was refused', async () => {
  const { code, said } = await run('http://127.0.0.1:1');
  expect(said).toBe('uncaught: a bug, told unsent\n');
  expect(code).toBe(1);
});
