/**
 * What libzmq 4.3.5 lets a peer do with a routing id that it claims (SECURITY.md). These tests fail when libzmq is mended:
 * then the page must change.
 */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const HEAD = `
  import { Dealer, Router } from 'zeromq';
  const router = new Router({ handover: true, mandatory: true });
  await router.bind('tcp://127.0.0.1:*');
  const peer = async (routingId) => {
    const socket = new Dealer({ linger: 0, receiveTimeout: 2000, ...(routingId && { routingId }) });
    socket.connect(router.lastEndpoint);
    await socket.send('hello');
    const [id] = await router.receive();
    return { socket, id };
  };
  const honest = await peer();
`;

function run(script: string) {
  const args = ['--input-type=module', '-e', HEAD + script];
  return spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 });
}

test('a peer that claims the id that libzmq gave another one gets its answers', () => {
  const { stdout } = run(`
    const hostile = await peer(honest.id);
    await router.send([honest.id, 'secret']);
    console.log(String(await hostile.socket.receive()));
    process.exit(0);
  `);
  expect(stdout).toBe('secret\n');
});

test('the ids that libzmq gives are counted up from one that is the same in every process', () => {
  const { stdout } = run(`console.log(honest.id.toString('hex')); process.exit(0);`);
  expect(stdout).toBe('006b8b4567\n');
});

test('a peer that claims the id that libzmq gives next ends the process at the next peer', () => {
  const { signal, stderr } = run(`
    const next = Buffer.from(honest.id);
    next.writeUInt32BE(honest.id.readUInt32BE(1) + 1, 1);
    await peer(next);
    await peer();
    process.exit(0);
  `);
  expect(signal).toBe('SIGABRT');
  expect(stderr).toContain('Assertion failed: ok');
});
