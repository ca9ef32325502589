import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Nodesim, startNodesim } from '../support/nodesim.ts';
import { errorText, groupCalls, type RawAnswer, rawCall } from './raw-call.ts';

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

const TEXT = 'text/html; charset=utf-8';

function said({ status, type, text }: RawAnswer): [number, string | undefined, string] {
  return [status, type, text];
}

function error(status: number, message: string): [number, string, string] {
  return [status, 'application/json', errorText(status, message)];
}

const MALFORMED = error(
  400,
  'The browser (or proxy) sent a request that this server could not understand.',
);
const INTERNAL = error(
  500,
  'The server encountered an internal error and was unable to complete your request. Either the server is overloaded or there is an error in the application.',
);

describe('the reliable-ops contract on a node’s own port', () => {
  it('answers a create with 201 and a second one of the same key with 400', async () => {
    expect(said(await group.create('5'))).toEqual([201, TEXT, 'CREATED\n']);
    expect(said(await group.create('5'))).toEqual(error(400, 'Perhaps the object exists.'));
  });

  it('looks at the key only when it checks for a duplicate, never at the timestamp', async () => {
    await group.create('5', { timestamp: '1633786070.879454' });
    expect((await group.create('5', { timestamp: '1633786071.5' })).status).toBe(400);
  });

  it('reads a record without its timestamp', async () => {
    await group.create('5', { timestamp: '1633786070.879454' });
    expect(said(await group.read('5'))).toEqual([200, 'application/json', '{"groupId":"5"}\n']);
  });

  it('answers a read of what is not there with 404', async () => {
    expect(said(await group.read('5'))).toEqual(error(404, "No group record found with id '5'"));
  });

  it('deletes by key alone when no timestamp is given', async () => {
    await group.create('5', { timestamp: '1633786070.879454' });
    expect(said(await group.remove('5'))).toEqual([200, TEXT, 'OK\n']);
    expect(said(await group.remove('5'))).toEqual(error(404, "No group record found with id '5'"));
  });

  it('deletes by key and timestamp, compared as numbers', async () => {
    await group.create('5', { timestamp: '1633786070.500000' });
    const message = "No group record found with id '5' and timestamp '1633786070.879454'";
    expect(said(await group.remove('5', { timestamp: '1633786070.879454' }))).toEqual(
      error(404, message),
    );
    expect((await group.remove('5', { timestamp: '1633786070.5' })).status).toBe(200);
  });

  it('finds nothing by timestamp where a record has none', async () => {
    await group.create('5');
    const message = "No group record found with id '5' and timestamp '7.0'";
    expect(said(await group.remove('5', { timestamp: '7' }))).toEqual(error(404, message));
  });

  it('takes an empty timestamp and zero for none, as the original does', async () => {
    await group.create('5', { timestamp: '7' });
    expect((await group.remove('5', { timestamp: '0' })).status).toBe(200);
    await group.create('5', { timestamp: '7' });
    expect((await group.remove('5', { timestamp: '' })).status).toBe(200);
  });

  it('fails with 500 on a timestamp that is no number, before it looks at anything else', async () => {
    for (const timestamp of ['None', '1,5', '0x10', '1e', '_1']) {
      expect(said(await group.create('5', { timestamp, node: 'nonsense' }))).toEqual(INTERNAL);
    }
    expect((await group.read('5')).status).toBe(404);
  });

  it('reads JSON whatever the content type says', async () => {
    const headers = { 'content-type': 'text/plain' };
    const answer = await rawCall(`${base}/group`, {
      method: 'POST',
      headers,
      body: '{"groupId":"5"}',
    });
    expect(answer.status).toBe(201);
  });

  it.each([
    ['null', error(406, 'Invalid Request, Please provide body')],
    ['{}', error(406, 'Invalid Request, missing groupId in body')],
    ['{"group":"5"}', error(406, 'Invalid Request, missing groupId in body')],
    ['[]', error(406, 'Invalid Request, missing groupId in body')],
    ['"text"', error(406, 'Invalid Request, missing groupId in body')],
    ['', MALFORMED],
    ['{"groupId":', MALFORMED],
    ['groupId=5', MALFORMED],
    ['7', INTERNAL],
    ['["groupId"]', INTERNAL],
    ['{"groupId":["5"]}', INTERNAL],
    ['{"groupId":null}', INTERNAL],
    ['{"groupId":"\\ud800"}', INTERNAL],
  ])(
    'answers the body %s with the contract’s error, on create and delete',
    async (body, expected) => {
      for (const method of ['POST', 'DELETE']) {
        expect(said(await rawCall(`${base}/group`, { method, body }))).toEqual(expected);
      }
    },
  );

  it('answers a body that is not UTF-8 with 400', async () => {
    const response = await fetch(`${base}/group`, {
      method: 'POST',
      body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    });
    expect(response.status).toBe(400);
  });

  it('takes a number as its text', async () => {
    expect((await group.create(5)).status).toBe(201);
    expect((await group.read('5')).text).toBe('{"groupId":"5"}\n');
    expect((await group.remove('5')).status).toBe(200);
  });

  it('answers a body over 64 KiB with 413 and continues', async () => {
    const answer = await group.create('x'.repeat(70_000));
    expect(said(answer)).toEqual(
      error(413, 'The data value transmitted exceeds the capacity limit.'),
    );
    expect((await group.create('5')).status).toBe(201);
  });

  it('continues when a client hangs up in the middle of a body', async () => {
    const { hostname, port } = new URL(base);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write('POST /v1/group HTTP/1.1\r\nHost: n\r\nContent-Length: 15\r\n\r\n{"groupId":');
    socket.resetAndDestroy();
    expect((await group.create('5')).status).toBe(201);
    expect(await sim.list('node01')).toEqual(['5']);
  });

  it('does not need the node header, but one that names another node is 406', async () => {
    expect((await group.create('5', { node: 'node01' })).status).toBe(201);
    const message = "node node02 is not configured. Available nodes ['node01']";
    expect(said(await group.create('6', { node: 'node02' }))).toEqual(error(406, message));
    expect(said(await rawCall(`${base}/group`, { headers: { node: 'node02' } }))).toEqual(
      error(406, message),
    );
  });

  it.each([
    'a/b',
    '/',
    'ends/',
    'sp ace',
    'per%cent',
    '%2F',
    'a?b&c=d#e',
    '🙂 emoji',
    'é',
    "it's",
    '"quoted"',
    '\u0000nul',
    'x'.repeat(256),
  ])('keeps the key %j', async (key) => {
    expect((await group.create(key)).status).toBe(201);
    expect(JSON.parse((await group.read(key)).text)).toEqual({ groupId: key });
    expect(await sim.list('node01')).toEqual([key]);
    expect((await group.remove(key)).status).toBe(200);
    const missing = JSON.parse((await group.read(key)).text) as { message: string };
    expect(missing.message).toBe(`No group record found with id '${key}'`);
  });

  it('answers a path that is not percent-encoded properly with 400', async () => {
    for (const path of ['%', '%zz', '%ff', 'a%2']) {
      expect(said(await rawCall(`${base}/group/${path}`))).toEqual(MALFORMED);
    }
  });

  it('writes bodies in ASCII', async () => {
    await group.create('é🙂');
    expect((await group.read('é🙂')).text).toBe('{"groupId":"\\u00e9\\ud83d\\ude42"}\n');
  });

  it('is served without the prefix too, as behind a proxy that strips it', async () => {
    const bare = groupCalls(base.replace('/v1', ''));
    expect((await bare.create('5')).status).toBe(201);
    expect((await group.read('5')).status).toBe(200);
    expect((await rawCall(`${base.replace('/v1', '')}/stats`)).status).toBe(200);
  });

  it('answers unknown paths with 404 and known ones with a wrong method with 405', async () => {
    for (const path of ['/groups', '/', '/stats/', '/pings']) {
      const answer = await rawCall(`${base}${path}`);
      expect(answer.status).toBe(404);
      expect(JSON.parse(answer.text)).toMatchObject({ status: 404 });
    }
    const put = await rawCall(`${base}/group`, { method: 'PUT', body: {} });
    expect(said(put)).toEqual(error(405, 'The method is not allowed for the requested URL.'));
    expect(put.headers['allow']).toBe('GET, HEAD, POST, DELETE');
    expect((await rawCall(`${base}/group/5`, { method: 'DELETE' })).status).toBe(405);
    expect((await rawCall(`${base}/stats`, { method: 'POST' })).status).toBe(405);
  });

  it('answers /ping and /ping/ at the root of the host', async () => {
    const root = base.replace('/v1', '');
    for (const path of ['/ping', '/ping/']) {
      expect(said(await rawCall(`${root}${path}`))).toEqual([200, TEXT, 'PONG\n']);
    }
    const head = await rawCall(`${root}/ping`, { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);
  });

  it('reports the stats of this node alone', async () => {
    await group.create('5');
    expect(said(await rawCall(`${base}/stats`))).toEqual([200, TEXT, '[true, {"node01": 1}]']);
  });

  it('lets exactly one of 20 concurrent creates of one key win', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => group.create('5')));
    const counts = Map.groupBy(answers, ({ status }) => status);
    expect([counts.size, counts.get(201)?.length, counts.get(400)?.length]).toEqual([2, 1, 19]);
    expect(await sim.list('node01')).toEqual(['5']);
  });
});

describe('tokens shown', () => {
  it('are shown by a read once they are switched on for the node', async () => {
    await group.create('5', { timestamp: '1633786070.879454' });
    await group.create('6');
    await sim.setSettings('node01', { showTokens: true });
    expect((await group.read('5')).text).toBe('{"groupId":"5","timestamp":1633786070.879454}\n');
    expect((await group.read('6')).text).toBe('{"groupId":"6"}\n');
  });
});
