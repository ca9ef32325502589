import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { notFound, type Script, startRawNode } from './support/raw-node.ts';

const CALLER = new URL('./programs/faulty-caller.ts', import.meta.url);
const CARRIER = new URL('./programs/faulty-carrier.ts', import.meta.url);

async function run(
  program: URL,
  ...args: readonly string[]
): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [fileURLToPath(program), ...args], (error, stdout) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, said: stdout });
    });
  });
}

const SCRIPTS: readonly (readonly [how: string, kind: string, script: Script])[] = [
  ['an answer', 'absent', (socket) => socket.write(notFound)],
  ['a reset', 'lost', (socket) => socket.resetAndDestroy()],
];

test.each(SCRIPTS)(
  'P10: a bug in who hears of %s crashes the process, it does not vanish',
  async (...[, kind, script]) => {
    const node = await startRawNode(script);
    const { code, said: detail } = await run(CALLER, node.url);
    expect(detail).toBe(`uncaught: a bug, told ${kind}\n`);
    expect(code).toBe(1);
  },
);

test('P10: also of a connection that was refused', async () => {
  const { code, said: detail } = await run(CALLER, 'http://127.0.0.1:1');
  expect(detail).toBe('uncaught: a bug, told unsent\n');
  expect(code).toBe(1);
});

const answers: Script = (socket) => socket.write(notFound);
const CARRIERS: readonly (readonly [method: string, script: Script])[] = [
  ['onSent', answers],
  ['onAnswer', answers],
  ['onAnswer', (socket) => socket.end('HTTP/1.1 404 Not Found\r\n\r\n')],
  ['onLost', (socket) => socket.resetAndDestroy()],
  ['onLost', (socket) => socket.end()],
  ['onLost', (socket) => socket.write('no HTTP\r\n\r\n')],
];

test.each(CARRIERS)(
  'P10: a bug in %s of who a connection carries crashes the process, too',
  async (method, script) => {
    const node = await startRawNode(script);
    const { code, said: detail } = await run(CARRIER, node.url, method);
    expect(detail).toBe(`uncaught: a bug in ${method}\n`);
    expect(code).toBe(1);
  },
);
