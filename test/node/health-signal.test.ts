/** The health signals of exchanges, over real sockets: against the node, against us, or neither. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { lossOf } from '../../src/node/http/loss.ts';
import { Asking, CREATE, DELETE, eventually, READ } from './support/asking.ts';
import { answer, created, notFound, startRawNode } from './support/raw-node.ts';
import { startStoppedListener } from './support/stopped-listener.ts';

async function healthOf(reply: string, request = CREATE) {
  const node = await startRawNode((socket) => socket.write(reply));
  return (await new Asking(node.url).ask(request).seen).health;
}

describe('an answer that came in whole', () => {
  test.each([
    ['201 Created', 'CREATED'],
    ['400 Bad Request', 'Perhaps the object exists.'],
    ['403 Forbidden', 'no'],
    ['408 Request Timeout', 'slow'],
    ['429 Too Many Requests', 'later'],
    ['302 Found', 'there'],
  ])('%s is good: the node works', async (status, body) => {
    expect(await healthOf(answer(status, body))).toBe('good');
  });

  test('401 to a read is good, and so is a 404 that proves to be the node’s', async () => {
    expect(await healthOf(notFound, READ)).toBe('good');
    expect(await healthOf(answer('401 Unauthorized', 'no'), READ)).toBe('good');
    expect(await healthOf(answer('429 Too Many Requests', 'later'), READ)).toBe('good');
  });

  test('a 404 without that proof is bad: somebody answers in the place of the node', async () => {
    for (const request of [CREATE, DELETE, READ]) {
      expect(await healthOf(answer('404 Not Found', 'no'), request)).toBe('bad');
    }
  });

  test('an empty 200 to a delete is good: there are nodes that say no more', async () => {
    expect(await healthOf(answer('200 OK', ''), DELETE)).toBe('good');
    expect(await healthOf(answer('201 Created', '{"groupId":"other"}'), CREATE)).toBe('bad');
  });

  test.each(['500 Internal Server Error', '502 Bad Gateway', '503 Unavailable', '504 Timeout'])(
    '%s is bad',
    async (status) => {
      expect(await healthOf(answer(status, 'no'))).toBe('bad');
      expect(await healthOf(answer(status, 'no'), READ)).toBe('bad');
    },
  );

  test('what is not the contract is bad: somebody answers in the place of the node', async () => {
    const html = answer('200 OK', '<html>log in, please</html>');
    expect(await healthOf(html)).toBe('bad');
    expect(await healthOf(html, READ)).toBe('bad');
  });
});

describe('no answer', () => {
  test('a refused connection and one that does not come about are bad', async () => {
    const refused = new Asking('http://127.0.0.1:9/v1').ask();
    const stopped = new Asking(await startStoppedListener(), { connectTimeoutMs: 100 }).ask();
    for (const { seen } of [refused, stopped]) expect((await seen).health).toBe('bad');
  });

  test('a reset and a timeout are bad', async () => {
    const resetting = await startRawNode((socket) => socket.resetAndDestroy());
    expect((await new Asking(resetting.url).ask().seen).health).toBe('bad');
    const silent = await startRawNode(() => {});
    const { health, tookMs } = await new Asking(silent.url, { requestTimeoutMs: 150 }).ask().seen;
    expect(health).toBe('bad');
    expect(tookMs).toBeGreaterThan(140);
  });

  test('an exchange that its caller gave up says nothing', async () => {
    const node = await startRawNode(() => {});
    const asked = new Asking(node.url).ask();
    await eventually(() => node.requests.length === 1);
    asked.abort();
    expect((await asked.seen).health).toBe('none');
  });
});

describe('a shortage of our own', () => {
  test('no free descriptor says nothing of the node, and is over when one is free', async () => {
    const node = await startRawNode((socket) => socket.write(notFound));
    const program = new URL('./programs/short-of-descriptors.ts', import.meta.url).pathname;
    const { stdout } = await promisify(execFile)('sh', [
      '-c',
      'ulimit -n 128 && exec "$0" "$@"',
      process.execPath,
      program,
      node.url,
    ]);
    const [without, after] = stdout.trim().split('\n');
    expect(without).toMatch(/^none: unsent: connect EMFILE/);
    expect(after).toMatch(/^good: /);
  });

  const V4 = failure('ECONNREFUSED');
  test.each([
    ['no memory', failure('ENOMEM'), true],
    ['no buffer', failure('ENOBUFS'), true],
    ['no descriptor in the whole machine', failure('ENFILE'), true],
    ['no port', failure('EADDRNOTAVAIL'), true],
    ['no answer of the name server', failure('EAI_AGAIN'), true],
    ['no port for any address', several(failure('EADDRNOTAVAIL')), true],
    ['no descriptor for one address', several(V4, failure('EMFILE')), true],
    ['no IPv6 here, and IPv4 refused', several(failure('EADDRNOTAVAIL'), V4), false],
    ['a refused connection', V4, false],
    ['a name that is not known', failure('ENOTFOUND'), false],
  ])('%s: %o is ours: %s', (_, error, isOurs) => {
    expect(lossOf(error).isOurs).toBe(isOurs);
  });

  test('of a name with many addresses is one line of at most 200 characters', () => {
    const errors = Array.from({ length: 30 }, () => new Error('connect ECONNREFUSED\n10.0.0.1:80'));
    expect(lossOf(several(...errors)).detail).toMatch(/^(connect ECONNREFUSED 10.0.0.1:80; )+.*…$/);
    expect(lossOf(several(...errors)).detail).toHaveLength(200);
  });
});

function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`connect ${code}`), { code });
}

function several(...errors: readonly Error[]): AggregateError {
  return new AggregateError(errors, 'no address answered');
}

describe('the bulkhead', () => {
  test('P9: a node that hangs takes no place of another', async () => {
    const silent = await startRawNode(() => {});
    const quick = await startRawNode(created);
    const slow = new Asking(silent.url, { connections: 4, requestTimeoutMs: 500 });
    const fast = new Asking(quick.url, { connections: 4, requestTimeoutMs: 5000 });
    const stuck = Array.from({ length: 200 }, () => slow.ask());
    const done = Array.from({ length: 200 }, () => fast.ask());
    for (const { seen } of done) expect((await seen).health).toBe('good');
    expect(silent.requests.length).toBeLessThanOrEqual(8);
    expect(stuck.some(({ calls }) => calls() === 0)).toBe(true);
  });
});
