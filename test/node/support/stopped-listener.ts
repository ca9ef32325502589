/** A listener that accepts no connection: a stopped process with a full queue. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

const PROGRAM = `
  const server = require('node:net').createServer((socket) => socket.on('error', () => socket.destroy()));
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => console.log(server.address().port));
`;
/** More than a backlog of 1 takes. */
const FILL = 8;

/** Its URL; a connection to it neither succeeds nor fails. */
export async function startStoppedListener(): Promise<string> {
  return (await startResumableListener()).url;
}

/** Once resumed, it takes the connections that are still tried: within a second or so. */
export async function startResumableListener(): Promise<{ url: string; resume: () => void }> {
  const child = spawn(process.execPath, ['-e', PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  const port = Number(await firstLine(child));
  child.kill('SIGSTOP');
  for (let count = 0; count < FILL; count++) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => socket.destroy());
    onTestFinished(() => {
      socket.destroy();
    });
  }
  // The attempts are on their way: its queue is full.
  await setImmediate();
  return { url: `http://127.0.0.1:${port}`, resume: () => child.kill('SIGCONT') };
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('it says nothing');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return line;
}
