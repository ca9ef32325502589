/** Socket files of `ipc://`: what libzmq would replace without a word is judged first. */
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Router } from 'zeromq';
import { holdSocketFile as hold } from '../../src/coordinator/sockets/socket-file.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { closing } from './support/closing.ts';

test('a path where nothing is may be used, and its folder is made, for its owner alone', async () => {
  const folder = join(tempFolder(), 'run');
  await holdSocketFile(`ipc://${folder}/commands`);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test('a socket that a living program listens on is not taken from it', async () => {
  const path = join(tempFolder(), 'commands');
  const router = closing(new Router({ linger: 0 }));
  await router.bind(`ipc://${path}`);
  const { ino } = statSync(path);
  await expect(holdSocketFile(`ipc://${path}`)).rejects.toThrow('already in use');
  expect(statSync(path).ino).toBe(ino);
});

test('what a program that ended has left may be used', async () => {
  const path = join(tempFolder(), 'commands');
  const router = new Router({ linger: 0 });
  await router.bind(`ipc://${path}`);
  router.close();
  await expect.poll(() => holdAgain(path), { timeout: 10_000 }).toBe('held');
  expect(existsSync(path)).toBe(true);
});

test('two daemons that start at once do not both get it', async () => {
  const path = join(tempFolder(), 'commands');
  await holdSocketFile(`ipc://${path}`);
  await expect(holdSocketFile(`ipc://${path}`)).rejects.toThrow('already in use');
});

test('P10: a file of the user at that path stays as it is', async () => {
  const folder = tempFolder();
  const [path, link] = [join(folder, 'precious'), join(folder, 'link')];
  writeFileSync(path, 'precious');
  symlinkSync(path, link);
  for (const each of [path, link]) {
    await expect(holdSocketFile(`ipc://${each}`)).rejects.toThrow('it is no socket');
  }
  expect(readFileSync(path, 'utf8')).toBe('precious');
});

test('P10: a folder that others may write to is refused', async () => {
  const folder = tempFolder();
  chmodSync(folder, 0o777);
  await expect(holdSocketFile(`ipc://${folder}/a`)).rejects.toThrow(
    `other users may write to the folder ${folder}`,
  );
});

test('P10: a socket that takes no connection now is taken for a living one', async () => {
  const path = join(tempFolder(), 'commands');
  const server = createServer();
  await once(server.listen(path), 'listening');
  onTestFinished(() => {
    server.close();
  });
  chmodSync(path, 0);
  await expect(holdSocketFile(`ipc://${path}`)).rejects.toThrow(/already in use|EACCES/);
});

test('an address of TCP has no file', async () => {
  await holdSocketFile('tcp://127.0.0.1:5570');
});

/** Until the test ends: the number of its folder may come again. */
async function holdSocketFile(endpoint: string): Promise<void> {
  onTestFinished(await hold(endpoint));
}

async function holdAgain(path: string): Promise<string> {
  try {
    await holdSocketFile(`ipc://${path}`);
    return 'held';
  } catch (error) {
    return String(error);
  }
}
