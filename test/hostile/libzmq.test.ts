/**
 * What libzmq 4.3.5 lets a peer do that may connect to the clients' socket (SECURITY.md). The tests of what ends the
 * process fail when libzmq is mended: then the page must change.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const moduleAt = (path: string): string => pathToFileURL(join(ROOT, path)).href;

const HEAD = `
  import { setTimeout as sleep } from 'node:timers/promises';
  import { Dealer, Router } from 'zeromq';
  import { clientOptions } from '${moduleAt('src/coordinator/sockets/client-socket.ts')}';
  import { ZmtpPeer } from '${moduleAt('test/support/zmtp-peer.ts')}';
  const router = new Router(clientOptions(1024));
  await router.bind('tcp://127.0.0.1:*');
  const peer = async (routingId) => {
    const socket = new Dealer({ linger: 0, receiveTimeout: 2000, ...(routingId && { routingId }) });
    socket.connect(router.lastEndpoint);
    await socket.send('hello');
    const [id] = await router.receive();
    return { socket, id };
  };
`;

function run(script: string) {
  const args = ['--input-type=module', '-e', HEAD + script];
  return spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 });
}

test('P8: a peer that claims the id that libzmq gave another one does not get its answers', () => {
  const { stdout, stderr } = run(`
    const honest = await peer();
    const hostile = new Dealer({ linger: 0, receiveTimeout: 1000, routingId: honest.id });
    hostile.connect(router.lastEndpoint);
    await hostile.send('hello');
    await sleep(500);
    await router.send([honest.id, 'secret']);
    const heard = (socket) => socket.receive().then(String, () => 'nothing');
    console.log(await heard(honest.socket), await heard(hostile));
    process.exit(0);
  `);
  expect(stdout, stderr).toBe('secret nothing\n');
});

test('the ids that libzmq gives are counted up from one that is the same in every process', () => {
  const { stdout } = run(`console.log((await peer()).id.toString('hex')); process.exit(0);`);
  expect(stdout).toBe('006b8b4567\n');
});

test('a peer that claims the id that libzmq gives next ends the process at the next peer', () => {
  const { signal, stderr } = run(`
    const { id } = await peer();
    const next = Buffer.from(id);
    next.writeUInt32BE(id.readUInt32BE(1) + 1, 1);
    await peer(next);
    await peer();
    process.exit(0);
  `);
  expect(signal).toBe('SIGABRT');
  expect(stderr).toContain('Assertion failed: ok');
});

test('a peer that resets its connection with a heartbeat behind unread requests ends the process', () => {
  const { signal, stderr } = run(`
    const hostile = new ZmtpPeer(router.lastEndpoint, 'DEALER');
    await hostile.ready;
    const requests = 100;
    for (let count = 0; count < requests; count++) hostile.say('hello');
    hostile.ping();
    await sleep(500);
    hostile.reset();
    await sleep(500);
    for (let count = 0; count < requests; count++) await router.receive();
    await sleep(2000);
    process.exit(0);
  `);
  expect(signal).toBe('SIGABRT');
  expect(stderr).toContain('Assertion failed: !_io_error');
});
