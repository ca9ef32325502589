/** Commands and questions over HTTP, with a real daemon: the same answers as over ZeroMQ, as answers of HTTP. */
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { LockstepClient } from '../../src/client/index.ts';
import { knownClient, writeList } from '../clients/support.ts';
import { shareCluster, startCluster, statusOf } from '../support/cluster.ts';
import { httpApi, type Sending, shown } from '../support/http-api.ts';
import { takesHttp } from '../support/takes-http.ts';

const create = (groupId: string, more = {}) => ({ op: 'create', groupId, ...more });
const HOLD = { lane: 'bulk', deadlineMs: 3_600_000 } as const;
const cluster = shareCluster({ executors: 1 });
const send = (path: string, sending?: Sending) => httpApi(cluster.daemon)(path, sending);
const refusal = (code: string, message: string, field?: string) => ({
  error: expect.objectContaining({ code, message, ...(field === undefined ? {} : { field }) }),
});

/** Commands of the lane `bulk` wait until the test ends. */
async function pauseBulk(client: LockstepClient): Promise<void> {
  await client.send({ op: 'pause', lane: 'bulk' });
  onTestFinished(async () => {
    await client.send({ op: 'cancel', filter: { lane: 'bulk' } });
    await client.send({ op: 'resume' });
  });
}

describe('a command over HTTP', () => {
  test('is 200 with its outcome once it is settled, whatever that is', async () => {
    const created = await send('/v1/commands', { body: create('h1', { id: 'h1-a' }) });
    const present = { state: 'present', attempts: 1 };
    expect([created.status, created.body]).toEqual([
      200,
      {
        id: 'h1-a',
        op: 'create',
        groupId: 'h1',
        state: 'committed',
        nodes: { node01: present, node02: present, node03: present },
        elapsedMs: expect.any(Number),
      },
    ]);
    expect(created.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const again = await send('/v1/commands', { body: create('h1') });
    expect([again.status, again.body]).toEqual([
      200,
      expect.objectContaining({ state: 'refused', reason: 'already_exists' }),
    ]);
  });

  test('is 202 with its state and a place to ask when the wait is over', async () => {
    const { client } = cluster;
    await pauseBulk(client);
    for (const [wait, least] of [
      ['0', 0],
      ['300', 290],
    ] as const) {
      const id = `h2 é/${wait}`;
      const begun = performance.now();
      const open = await send(`/v1/commands?wait=${wait}`, { body: create('h2', { id, ...HOLD }) });
      expect(performance.now() - begun).toBeGreaterThanOrEqual(least);
      expect([open.status, open.body]).toMatchObject([202, { id, state: 'accepted' }]);
      const place = open.headers.get('location') ?? '';
      expect(place).toBe(`/v1/commands/h2%20%C3%A9%2F${wait}`);
      expect(await shown(send(place))).toMatchObject([202, { id, lane: 'bulk' }]);
    }
    const waiting = send('/v1/commands/h2%20%C3%A9%2F0?wait=60000&story=true');
    await client.send({ op: 'cancel', id: 'h2 é/0' });
    expect(await shown(waiting)).toMatchObject([
      200,
      {
        state: 'refused',
        reason: 'cancelled',
        story: expect.any(Array),
        acceptedAt: expect.any(String),
      },
    ]);
  });

  test('that is wanted without a wait in its body is 202 as soon as it is durable', async () => {
    await pauseBulk(cluster.client);
    const body = create('h3', { id: 'h3', wait: 'accepted', ...HOLD });
    const open = await send('/v1/commands', { body });
    expect([open.status, open.headers.get('location')]).toEqual([202, '/v1/commands/h3']);
  });

  test('P7: has its id in the header Idempotency-Key, bare or quoted', async () => {
    const first = await send('/v1/commands', {
      body: create('h4'),
      headers: { 'idempotency-key': 'h4-key' },
    });
    expect([first.status, first.body]).toMatchObject([200, { id: 'h4-key', state: 'committed' }]);
    for (const key of ['h4-key', '"h4-key"']) {
      const headers = { 'idempotency-key': key };
      expect((await send('/v1/commands', { body: create('h4'), headers })).body).toEqual(
        first.body,
      );
      const both = create('h4', { id: 'h4-key' });
      expect((await send('/v1/commands', { body: both, headers })).body).toEqual(first.body);
      expect(await shown(send('/v1/commands', { body: create('other'), headers }))).toEqual([
        409,
        {
          id: 'h4-key',
          ...refusal('id_conflict', 'h4-key belongs to create of "h4"'),
        },
      ]);
    }
    const differ = { body: create('h4', { id: 'x' }), headers: { 'idempotency-key': 'y' } };
    const message = 'Idempotency-Key and the id of the request differ';
    expect(await shown(send('/v1/commands', differ))).toEqual([
      400,
      { id: 'x', ...refusal('invalid_request', message, 'Idempotency-Key') },
    ]);
  });

  test('of a batch gets its own answer: 200 when all are settled, 202 while one is open', async () => {
    await pauseBulk(cluster.client);
    const commands = [create('h5'), { op: 'create' }, create('h5', { id: 'h5-2' })];
    const settled = await send('/v1/commands', { body: { op: 'batch', commands } });
    expect([settled.status, settled.body]).toMatchObject([
      200,
      {
        results: [
          { state: 'committed' },
          { error: { code: 'invalid_request', field: 'commands.1.groupId' } },
          { state: 'refused', reason: 'already_exists' },
        ],
      },
    ]);
    const held = [create('h6'), create('h7', HOLD)];
    const open = await send('/v1/commands?wait=200', { body: { op: 'batch', commands: held } });
    expect([open.status, open.body]).toMatchObject([
      202,
      { results: [{ state: 'committed' }, { state: 'accepted' }] },
    ]);
    expect(open.headers.get('location')).toBeNull();
  });

  test('P9: whose client goes away frees its place', async () => {
    const { client } = cluster;
    await pauseBulk(client);
    const body = create('h8', { id: 'h8', ...HOLD });
    await send('/v1/commands?wait=0', { body });
    // More than may wait at once: each is freed.
    for (let round = 0; round < 3; round++) {
      const leaving = new AbortController();
      const waiting = Array.from({ length: 200 }, () =>
        send('/v1/commands', { body, signal: leaving.signal }),
      );
      const ended = Promise.allSettled(waiting);
      await send('/v1/commands?wait=0', { body });
      leaving.abort();
      await ended;
    }
    expect((await send('/v1/commands?wait=0', { body })).status).toBe(202);
  });
});

describe('a question over HTTP', () => {
  test('is answered like that of a ZeroMQ client', async () => {
    const { client } = cluster;
    await send('/v1/commands', { body: create('q1', { id: 'q1' }) });
    const { at: _, ...list } = (await client.send({ op: 'list', groupId: 'q1' })) as {
      at?: number;
    };
    expect(
      await shown(send('/v1/commands?groupId=q1&state=committed,refused&state=applying')),
    ).toEqual([200, list]);
    const summary = Object.keys(await client.summary());
    for (const path of ['/v1/status', '/v1/stats', '/v1/acts?limit=3']) {
      expect((await send(path)).status).toBe(200);
    }
    expect(Object.keys((await send('/v1/status')).body).toSorted()).toEqual(
      summary.filter((name) => name !== 'at').toSorted(),
    );
    const closed = expect.objectContaining({ state: 'closed', isOpen: false });
    const breakers = { node01: closed, node02: closed, node03: closed };
    expect(await shown(send('/v1/breakers'))).toEqual([200, { breakers }]);
    expect((await send('/v1/nodes')).body).toMatchObject({
      nodes: { node01: { breaker: closed } },
    });
    expect((await send('/v1/lanes')).body).toEqual({
      lanes: { interactive: { waiting: 0, running: 0 }, bulk: { waiting: 0, running: 0 } },
    });
  });

  test('about a command that is not there is 404', async () => {
    for (const wait of ['', '?wait=1000']) {
      expect(await shown(send(`/v1/commands/nobody${wait}`))).toEqual([
        404,
        { id: 'nobody', ...refusal('unknown_command', 'no command nobody') },
      ]);
    }
  });
});

describe('an act over HTTP', () => {
  test('is in the trail with its door and its proven author', async () => {
    await send('/v1/acts', { body: { op: 'pause', lane: 'bulk', by: 'somebody else' } });
    await send('/v1/commands?wait=0', { body: create('a1', { id: 'a1', ...HOLD }) });
    expect(await shown(send('/v1/acts', { body: { op: 'retry', id: 'a1' } }))).toMatchObject([
      200,
      { id: 'a1', state: 'accepted' },
    ]);
    const all = { op: 'cancel', filter: { lane: 'bulk' }, dryRun: true };
    expect((await send('/v1/acts', { body: all })).body).toMatchObject({ matched: 1 });
    await send('/v1/acts', { body: { ...all, dryRun: false } });
    await send('/v1/acts', { body: { op: 'resume', lane: 'bulk' } });
    const by = { by: 'ops-token', proven: true, door: 'http' };
    expect((await send('/v1/acts?limit=4')).body['acts']).toMatchObject([
      { act: 'resume', on: 'bulk', outcome: 'done', ...by },
      { act: 'cancel', filter: { lane: 'bulk' }, outcome: 'done', ...by },
      { act: 'retry', on: 'a1', outcome: 'done', ...by },
      { act: 'pause', on: 'bulk', outcome: 'done', ...by },
    ]);
    expect(await shown(send('/v1/acts', { body: { op: 'audit' } }))).toMatchObject([
      200,
      { findings: [] },
    ]);
  });

  test('of a client without the role is 403, and in the trail', async () => {
    const { daemon } = await startCluster({ executors: 1 });
    const [sender, ann] = [knownClient('deploy', 'commands'), knownClient('ann', 'operate')];
    writeList(`${daemon.dataDir}/clients.json`, sender.client, ann.client);
    const [asSender, asAnn] = [httpApi(daemon, sender.token), httpApi(daemon, ann.token)];
    await vi.waitFor(async () => expect((await asAnn('/v1/status')).status).toBe(200));
    expect(await shown(asSender('/v1/acts', { body: { op: 'pause' } }))).toEqual([
      403,
      refusal(
        'unauthorised',
        'the client deploy has the role commands: the role operate is needed',
      ),
    ]);
    expect((await asAnn('/v1/acts?act=pause')).body['acts']).toMatchObject([
      {
        act: 'pause',
        by: 'deploy',
        proven: true,
        door: 'http',
        outcome: 'refused',
        error: 'unauthorised',
      },
    ]);
    expect((await asSender('/v1/commands', { body: create('1') })).body).toMatchObject({
      state: 'committed',
    });
    expect((await asSender('/v1/commands')).status).toBe(403);
    expect((await asSender('/v1/commands/nobody')).status).toBe(404);
    expect(
      (
        await httpApi(daemon, knownClient('x', 'operate').token)('/v1/acts', {
          body: { op: 'pause' },
        })
      ).status,
    ).toBe(401);
  });
});

describe('P7: a client whose daemon was killed', () => {
  test('gets its answer by the same Idempotency-Key, and the command is done once', async () => {
    const { daemon, sim, client } = await startCluster({
      executors: 1,
      env: { LOCKSTEP_REQUEST_TIMEOUT_MS: '300', LOCKSTEP_QUIESCE_MS: '600' },
    });
    const api = httpApi(daemon);
    await sim.setFaults('node02', { noAnswer: 1, noAnswerEffect: false, on: ['create'] });
    const sending = { body: create('k'), headers: { 'idempotency-key': 'killed' } };
    const lost = api('/v1/commands', sending).then(
      ({ status }) => status,
      () => 'lost',
    );
    await statusOf(client, 'killed', { state: 'applying' });
    await daemon.kill9();
    expect(await lost).toBe('lost');
    await sim.clearFaults();
    await daemon.restart();
    await takesHttp(daemon);
    const outcome = await shown(api('/v1/commands', sending));
    expect(outcome).toMatchObject([200, { id: 'killed', state: 'committed' }]);
    expect(await shown(api('/v1/commands', sending))).toEqual(outcome);
    expect(await sim.stats()).toEqual([true, { node01: 1, node02: 1, node03: 1 }]);
  });
});
