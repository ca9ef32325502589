import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Nodesim, startNodesim } from '../support/nodesim.ts';
import { errorText, failureOf, groupCalls, type RawAnswer, rawCall } from './raw-call.ts';

let sim: Nodesim;
let base: string;
let group: ReturnType<typeof groupCalls>;

beforeAll(async () => {
  sim = await startNodesim();
  base = sim.urls['node01'] ?? '';
  group = groupCalls(base);
});
afterAll(() => sim[Symbol.asyncDispose]());
beforeEach(() => sim.reset());

const keys = (): Promise<string[]> => sim.list('node01');

/** A create whose client gives up. */
function impatientCreate(groupId: string, patienceMs = 150): Promise<RawAnswer> {
  const signal = AbortSignal.timeout(patienceMs);
  return rawCall(`${base}/group`, { method: 'POST', body: { groupId }, signal });
}

describe('errorBefore', () => {
  it('answers 500 or 408 and does nothing', async () => {
    await sim.setFaults('node01', { errorBefore: 1 });
    const statuses = new Set<number>();
    for (let call = 0; call < 30; call++) statuses.add((await group.create('5')).status);
    expect(statuses).toEqual(new Set([408, 500]));
    expect(await keys()).toEqual([]);
  });

  it('takes other statuses, a 400 without a record among them, and Retry-After', async () => {
    await sim.setFaults('node01', { errorBefore: 1, errorBeforeStatuses: [400] });
    const perhaps = await group.create('5');
    expect([perhaps.status, perhaps.text]).toEqual([
      400,
      errorText(400, 'Perhaps the object exists.'),
    ]);
    const busy = { errorBefore: 1, errorBeforeStatuses: [503], retryAfterSeconds: 2 };
    await sim.setFaults('node01', busy);
    const answer = await group.create('5');
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '2']);
    expect(await keys()).toEqual([]);
  });
});

describe('errorAfter', () => {
  it('answers an error of the list although the effect is there', async () => {
    await sim.setFaults('node01', { errorAfter: 1, errorAfterStatuses: [502] });
    expect((await group.create('5')).status).toBe(502);
    expect(await keys()).toEqual(['5']);
    expect((await group.remove('5')).status).toBe(502);
    expect(await keys()).toEqual([]);
  });

  it('answers 500, 502, 504 or 408 by default', async () => {
    await sim.setFaults('node01', { errorAfter: 1 });
    const statuses = new Set<number>();
    for (let call = 0; call < 60; call++) statuses.add((await group.read('5')).status);
    expect(statuses).toEqual(new Set([408, 500, 502, 504]));
  });
});

describe('resets', () => {
  it('resetBefore resets the connection and does nothing', async () => {
    await sim.setFaults('node01', { resetBefore: 1 });
    expect(await failureOf(group.create('5'))).toBe('ECONNRESET');
    expect(await keys()).toEqual([]);
  });

  it('resetAfter resets the connection after the effect', async () => {
    await sim.setFaults('node01', { resetAfter: 1 });
    expect(await failureOf(group.create('5'))).toBe('ECONNRESET');
    expect(await keys()).toEqual(['5']);
  });

  it('are real: the socket itself sees RST, not the end of the stream', async () => {
    await sim.setFaults('node01', { resetBefore: 1 });
    const { hostname, port } = new URL(base);
    const socket = connect(Number(port), hostname);
    socket.write('GET /v1/group/5 HTTP/1.1\r\nHost: n\r\n\r\n');
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect([error.code, error.syscall]).toEqual(['ECONNRESET', 'read']);
  });
});

describe('noAnswer', () => {
  it.each([
    [true, ['5']],
    [false, []],
  ])('leaves the client waiting; with noAnswerEffect %s the keys are %j', async (effect, there) => {
    await sim.setFaults('node01', { noAnswer: 1, noAnswerEffect: effect });
    expect(await failureOf(impatientCreate('5'))).toBe('ABORT_ERR');
    const called = async () => (await sim.counters())['node01']?.calls.create;
    await expect.poll(called).toBe(1);
    expect(await keys()).toEqual(there);
  });

  it('has its effect or not by chance when not set', async () => {
    await sim.setFaults('node01', { noAnswer: 1 });
    await Promise.all(
      Array.from({ length: 40 }, (_, n) => failureOf(impatientCreate(String(n), 1000))),
    );
    const { length } = await keys();
    expect(length).toBeGreaterThan(5);
    expect(length).toBeLessThan(35);
  });
});

describe('late', () => {
  it('lets the effect land after the client gave up, not before lateMs', async () => {
    await sim.setFaults('node01', { late: 1, lateMs: [1500, 1600], on: ['create'] });
    const sent = performance.now();
    expect(await failureOf(impatientCreate('5'))).toBe('ABORT_ERR');
    expect((await group.read('5')).status).toBe(404);
    const late = async () => (await sim.counters())['node01']?.late;
    await expect.poll(late).toEqual({ waiting: 1, landed: 0 });
    await expect.poll(keys, { timeout: 10_000 }).toEqual(['5']);
    expect(performance.now() - sent).toBeGreaterThan(1490);
    expect(await late()).toEqual({ waiting: 0, landed: 1 });
  });

  it('can reset the connection at once instead', async () => {
    await sim.setFaults('node01', { late: 1, lateMs: [1200, 1200], lateAnswer: 'reset' });
    expect(await failureOf(group.create('5'))).toBe('ECONNRESET');
    await sim.clearFaults();
    expect(await keys()).toEqual([]);
    await expect.poll(keys, { timeout: 10_000 }).toEqual(['5']);
  });

  it('does what the request would do if it came then: a delete takes the newer record', async () => {
    await group.create('5', { timestamp: '1' });
    await sim.setFaults('node01', { late: 1, lateMs: [1200, 1200], lateAnswer: 'reset' });
    expect(await failureOf(group.remove('5'))).toBe('ECONNRESET');
    await sim.clearFaults();
    await group.remove('5', { timestamp: '1' });
    await group.create('5', { timestamp: '2' });
    await expect.poll(keys, { timeout: 10_000 }).toEqual([]);
  });

  it('does nothing when it lands on a record of another owner', async () => {
    await sim.setFaults('node01', { late: 1, lateMs: [1200, 1200], lateAnswer: 'reset' });
    expect(await failureOf(group.remove('5', { timestamp: '1' }))).toBe('ECONNRESET');
    await sim.clearFaults();
    await group.create('5', { timestamp: '2' });
    const landed = async () => (await sim.counters())['node01']?.late.landed;
    await expect.poll(landed, { timeout: 10_000 }).toBe(1);
    expect(await keys()).toEqual(['5']);
  });
});

describe('slow', () => {
  it.each([
    ['before', 200],
    ['after', 404],
  ] as const)('answers late, with the effect %s the delay', async (slowEffect, meanwhile) => {
    await sim.setFaults('node01', { slow: 1, slowMs: [1200, 1300], slowEffect, on: ['create'] });
    const sent = performance.now();
    const created = group.create('5');
    const called = async () => (await sim.counters())['node01']?.calls.create;
    await expect.poll(called, { interval: 10 }).toBe(1);
    expect((await group.read('5')).status).toBe(meanwhile);
    expect((await created).status).toBe(201);
    expect(performance.now() - sent).toBeGreaterThan(1190);
    expect(await keys()).toEqual(['5']);
  });

  it('answers one call after the other with slowSerial', async () => {
    await sim.setFaults('node01', { slow: 1, slowMs: [100, 100], slowSerial: true });
    const sent = performance.now();
    await Promise.all(Array.from({ length: 4 }, () => group.read('5')));
    expect(performance.now() - sent).toBeGreaterThan(390);
  });
});

describe('garbage', () => {
  it('answers the good status with a page of HTML', async () => {
    await sim.setFaults('node01', { garbage: 1, garbageForms: ['html'], garbageEffect: true });
    const created = await group.create('5');
    expect([created.status, created.type]).toEqual([201, 'text/html; charset=utf-8']);
    expect(created.text).toMatch(/^<html>/);
    expect((await group.read('5')).status).toBe(200);
    expect(await keys()).toEqual(['5']);
  });

  it('answers with another groupId', async () => {
    await sim.setFaults('node01', { garbage: 1, garbageForms: ['otherGroup'] });
    const read = await group.read('5');
    expect([read.status, read.text]).toEqual([200, '{"groupId":"another-group"}']);
  });

  it('breaks the body off before its content-length', async () => {
    await sim.setFaults('node01', {
      garbage: 1,
      garbageForms: ['truncated'],
      garbageEffect: false,
    });
    expect(await failureOf(group.create('5'))).toBe('ECONNRESET');
    const raw = await rawBytes('GET /v1/group/5 HTTP/1.1\r\nHost: n\r\n\r\n');
    const [head = '', body = ''] = raw.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(body).toBe('{"groupId":"another-group"}');
    expect(head).toContain(`Content-Length: ${body.length * 2}`);
    expect(await keys()).toEqual([]);
  });

  async function rawBytes(request: string): Promise<string> {
    const { hostname, port } = new URL(base);
    const socket = connect(Number(port), hostname);
    socket.write(request);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  }
});

describe('lostRoute', () => {
  it.each([
    ['html404', 404, /^<html>/],
    ['empty404', 404, /^$/],
    ['json404', 404, /^\{"message": "[^5]*", "status": 404\}$/],
    ['htmlSuccess', 200, /^<html>/],
    ['emptySuccess', 200, /^$/],
    ['otherGroup', 200, /^\{"groupId":"another-group"\}$/],
  ] as const)(
    '%s: it answers in the place of the node, and nothing is done',
    async (form, status, words) => {
      await group.create('5');
      await sim.setFaults('node01', { lostRoute: 1, lostRouteForms: [form] });
      for (const answer of [await group.read('5'), await group.remove('5')]) {
        expect(answer.status).toBe(status);
        expect(answer.text).toMatch(words);
      }
      expect((await group.create('6')).status).toBe(status === 200 ? 201 : 404);
      expect(await keys()).toEqual(['5']);
    },
  );

  it('says nothing to a challenge call that would pass for the word of a node', async () => {
    await sim.setFaults('node01', { lostRoute: 1, lostRouteForms: ['json404'] });
    const answer = await fetch(`${base}/group/5/`);
    expect([answer.status, await answer.text()]).toEqual([404, expect.stringMatching(/^<html>/)]);
  });
});

describe('forceStatus', () => {
  it.each([403, 406, 204, 302])(
    'answers %i to every group call and does nothing',
    async (status) => {
      await sim.setSettings('node01', { randomBehavior: 1 });
      await sim.setFaults('node01', { forceStatus: status });
      const calls = [group.create('5'), group.remove('5'), group.read('5')];
      expect((await Promise.all(calls)).map((answer) => answer.status)).toEqual([
        status,
        status,
        status,
      ]);
      expect(await keys()).toEqual([]);
    },
  );
});

describe('refuse', () => {
  it('really refuses, cuts what is open, and listens on the same port afterwards', async () => {
    await sim.setFaults('node01', { noAnswer: 1, noAnswerEffect: true });
    const hanging = failureOf(group.create('5'));
    await expect.poll(keys).toEqual(['5']);
    await sim.setFaults('node01', { refuse: true });
    expect(await hanging).toBe('ECONNRESET');
    expect(await failureOf(group.read('5'))).toBe('ECONNREFUSED');
    expect((await groupCalls(sim.urls['node02'] ?? '').read('5')).status).toBe(404);
    await sim.clearFaults();
    expect((await group.read('5')).status).toBe(200);
  });

  it('can be asked of the node itself, which answers and then is gone', async () => {
    const url = `${base.replace('/v1', '')}/_sim/faults/node01`;
    const answer = await rawCall(url, { method: 'PUT', body: { refuse: true } });
    expect([answer.status, answer.headers['connection']]).toEqual([200, 'close']);
    expect(await failureOf(group.read('5'))).toBe('ECONNREFUSED');
    await sim.clearFaults('node01');
    expect((await group.read('5')).status).toBe(404);
  });

  it('can be switched quickly without losing the port', async () => {
    for (let turn = 0; turn < 20; turn++) {
      await sim.setFaults('node01', { refuse: true });
      expect(await failureOf(group.read('5'))).toBe('ECONNREFUSED');
      await sim.clearFaults();
      expect((await group.read('5')).status).toBe(404);
    }
  });
});
