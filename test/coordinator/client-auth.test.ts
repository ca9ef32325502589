/** Nobody commands the daemon who may not: each op, with each token, over real sockets. */

import { describe, expect, onTestFinished, test } from 'vitest';
import { Dealer, Router } from 'zeromq';
import { changeList } from '../../src/clients/change-list.ts';
import { type AuthMode, authorise, type Principal } from '../../src/clients/principal.ts';
import { mayDo, ROLES, type Role, roleOp } from '../../src/clients/role.ts';
import { newToken } from '../../src/clients/token.ts';
import { WatchedList } from '../../src/clients/watched-list.ts';
import { ClientSocket, clientOptions } from '../../src/coordinator/sockets/client-socket.ts';
import type { Log } from '../../src/observe/log/log-port.ts';
import { OPERATION_NAMES, type Request } from '../../src/protocol/request.ts';
import { knownClient, listPath, writeList } from '../clients/support.ts';

const KNOWN = Object.fromEntries(ROLES.map((role) => [role, knownClient(`the-${role}`, role)]));

/** One of each op, and the two kinds of `status`. */
const REQUESTS: readonly Readonly<Record<string, unknown>>[] = [
  { op: 'create', groupId: '5' },
  { op: 'delete', groupId: '5' },
  { op: 'batch', commands: [{ op: 'create', groupId: '5' }] },
  { op: 'status' },
  { op: 'status', id: 'a' },
  { op: 'list' },
  { op: 'stats' },
  { op: 'acts', who: 'mallory' },
  { op: 'logs' },
  { op: 'audit', by: 'mallory' },
  { op: 'retry', id: 'a', by: 'mallory' },
  { op: 'cancel', id: 'a', by: 'mallory' },
  { op: 'abandon', id: 'a', by: 'mallory' },
  { op: 'restore', id: 'a', act: 'abandon', by: 'mallory' },
  { op: 'breaker', node: 'node01', act: 'open', by: 'mallory' },
  { op: 'node', node: 'node01', act: 'drain', by: 'mallory' },
  { op: 'pause', by: 'mallory' },
  { op: 'resume', by: 'mallory' },
  { op: 'acts', who: 'ann' },
  { op: 'ping' },
];

interface Setting {
  readonly mode?: AuthMode;
  /** Absent: no file. */
  readonly roles?: readonly Role[];
}

/** A client socket with a list; a request that is let in is answered with a ping's answer. */
async function openFront({ mode = 'auto', roles }: Setting) {
  const path = listPath();
  const clients = (roles ?? []).flatMap((role) => KNOWN[role]?.client ?? []);
  if (roles !== undefined) writeList(path, ...clients);
  const warnings: (readonly [string, unknown])[] = [];
  const note = (message: string, fields: unknown) => void warnings.push([message, fields]);
  const log = { warn: note, error: note, info: () => {} } as unknown as Log;
  const list = new WatchedList({ path, log });
  const router = new Router(clientOptions(4096));
  await router.bind('tcp://127.0.0.1:*');
  const refused: { readonly request: Request; readonly principal: Principal | undefined }[] = [];
  const taken: { readonly request: Request; readonly principal: Principal | undefined }[] = [];
  const front = new ClientSocket({
    router,
    frameBytesMax: 4096,
    authorise: (token, op) => authorise({ list: list.present, mode }, token, op),
    log,
    journalId: 'journal-1',
    isFull: () => false,
    clientNow: () => 0,
    onRefused: (request, respond) => {
      refused.push({ request, principal: respond.principal });
      if (respond.refusal !== undefined) respond(respond.refusal);
    },
    onRequest: (request, respond) => {
      taken.push({ request, principal: respond.principal });
      respond({ pid: 1, version: '1', accepting: true });
    },
    onError: (error) => {
      throw error;
    },
  });
  void front.receive();
  const dealer = new Dealer({ linger: 0 });
  dealer.connect(router.lastEndpoint ?? '');
  onTestFinished(() => {
    dealer.close();
    router.close();
  });
  const ask = async (
    frame: object | string,
  ): Promise<{ error?: { code: string; message: string; field?: string } }> => {
    await dealer.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
    const [reply] = await dealer.receive();
    return JSON.parse(String(reply));
  };
  return { ask, dealer, front, list, path, refused, taken, warnings };
}

test('the requests of this test are all ops', () => {
  expect(new Set(REQUESTS.map(({ op }) => op))).toEqual(new Set(OPERATION_NAMES));
});

describe('with a list every request needs a token', () => {
  test.each(REQUESTS.map((request) => [JSON.stringify(request), request] as const))(
    '%s',
    async (_, request) => {
      const { ask, taken, list, path } = await openFront({ roles: ROLES });
      const op = roleOp({ op: String(request['op']), id: request['id'] });
      const refused = (message: string) => ({
        error: { code: 'unauthorised', message: expect.stringContaining(message) },
      });
      expect(await ask(request)).toMatchObject(refused('there is no token: the role '));
      expect(await ask({ ...request, auth: newToken() })).toMatchObject(
        refused('the token is not known: the role '),
      );
      for (const role of ROLES) {
        const answer = await ask({ ...request, auth: KNOWN[role]?.token });
        if (mayDo(role, op)) expect(answer).toMatchObject({ pid: 1 });
        else
          expect(answer).toMatchObject(
            refused(`the client the-${role} has the role ${role}: the role `),
          );
      }
      const allowed = ROLES.filter((role) => mayDo(role, op));
      expect(taken.map(({ principal }) => principal)).toEqual(
        allowed.map((role) => ({ name: `the-${role}`, role, proven: true })),
      );
      for (const { request: seen } of taken) expect(seen).not.toHaveProperty('auth');
      // Removed: refused at the next request, over the same connection.
      const left = await changeList(path, () => ({ ok: true, clients: [] }));
      expect(left.ok).toBe(true);
      list.look();
      expect(await ask({ ...request, auth: KNOWN['operate']?.token })).toMatchObject(
        refused('the token is not known'),
      );
    },
  );

  test('an act of a known client that may not do it is for the trail, and no question, dry run or stranger is', async () => {
    const { ask, refused, taken } = await openFront({ roles: ROLES });
    const auth = KNOWN['read']?.token;
    const acts = REQUESTS.filter(({ by, op }) => by !== undefined && op !== 'audit');
    acts.push({ op: 'audit', repair: true });
    const others = [
      ...REQUESTS.filter(
        (request) => !acts.includes(request) && !mayDo('read', String(request['op'])),
      ),
      { op: 'cancel', filter: {}, dryRun: true },
      { op: 'cancel', id: '' },
    ];
    for (const request of [...acts, ...others]) {
      expect(await ask({ ...request, auth })).toMatchObject({ error: { code: 'unauthorised' } });
      expect(await ask({ ...request, auth: newToken() })).toMatchObject({
        error: { code: 'unauthorised' },
      });
    }
    expect(refused.map(({ request }) => request.op)).toEqual(acts.map(({ op }) => op));
    for (const { principal } of refused) expect(principal).toMatchObject({ name: 'the-read' });
    for (const { request } of refused) expect(request).not.toHaveProperty('auth');
    expect(taken).toEqual([]);
  });

  test('P9: of a flood of them the trail gets 60 in a minute', async () => {
    const { ask, refused } = await openFront({ roles: ROLES });
    for (let count = 0; count < 200; count++) {
      const answer = await ask({ op: 'pause', auth: KNOWN['commands']?.token });
      expect(answer).toMatchObject({ error: { code: 'unauthorised' } });
    }
    expect(refused).toHaveLength(60);
  });

  test('a role does not leak into a batch: its commands have no token of their own', async () => {
    const { ask, taken } = await openFront({ roles: ['commands'] });
    const commands = [{ op: 'create', groupId: '5', auth: KNOWN['operate']?.token }];
    expect(await ask({ op: 'batch', commands, auth: KNOWN['commands']?.token })).toMatchObject({
      pid: 1,
    });
    expect(taken).toHaveLength(1);
  });
});

describe('without a list', () => {
  test('LOCKSTEP_AUTH=auto: everybody may do everything, with or without a token', async () => {
    const { ask, taken } = await openFront({});
    for (const request of REQUESTS) expect(await ask(request)).toMatchObject({ pid: 1 });
    expect(await ask({ op: 'ping', auth: 'anything' })).toMatchObject({ pid: 1 });
    expect(new Set(taken.map(({ principal }) => principal?.proven))).toEqual(new Set([false]));
  });

  test('LOCKSTEP_AUTH=required: nobody may do anything', async () => {
    const { ask, taken } = await openFront({ mode: 'required' });
    for (const request of REQUESTS) {
      expect(await ask({ ...request, auth: KNOWN['operate']?.token })).toMatchObject({
        error: { code: 'unauthorised' },
      });
    }
    expect(taken).toEqual([]);
  });

  test('a list that appears counts at once', async () => {
    const { ask, list, path } = await openFront({});
    expect(await ask({ op: 'ping' })).toMatchObject({ pid: 1 });
    writeList(path);
    list.look();
    expect(await ask({ op: 'ping' })).toMatchObject({ error: { code: 'unauthorised' } });
  });
});

describe('hostile tokens', () => {
  const token = KNOWN['operate']?.token ?? '';
  const { length } = token;

  test.each([
    ['a number', 7],
    ['null', null],
    ['an object', { token }],
    ['an array', [token]],
    ['true', true],
    ['129 characters', 'x'.repeat(129)],
    ['a token and 4,000 characters', token + 'x'.repeat(4000 - length)],
  ])('%s is no token: the error names the field, and repeats nothing', async (_, auth) => {
    const { ask, taken } = await openFront({ roles: ROLES });
    const answer = await ask({ op: 'ping', id: 'mine', auth });
    expect(answer).toMatchObject({ id: 'mine', error: { code: 'invalid_request', field: 'auth' } });
    expect(JSON.stringify(answer)).not.toContain(token);
    expect(JSON.stringify(answer)).not.toContain('xxx');
    expect(taken).toEqual([]);
  });

  test.each([
    ['empty', ''],
    ['NUL', '\0'],
    ['NUL behind the token', `${token}\0`],
    ['a space behind the token', `${token} `],
    ['the beginning of the token', token.slice(0, -1)],
    ['capital letters', token.toUpperCase()],
    ['a lone surrogate', '\ud800'],
    ['a name of Object', '__proto__'],
    ['the hash', KNOWN['operate']?.client.tokenSha256 ?? ''],
  ])('%s is not the token', async (_, auth) => {
    const { ask } = await openFront({ roles: ROLES });
    expect(await ask({ op: 'ping', auth })).toMatchObject({ error: { code: 'unauthorised' } });
  });

  test('a token that is given twice, or in another place, does not count', async () => {
    const { ask } = await openFront({ roles: ROLES });
    const twice = await ask(`{"op":"ping","auth":"${token}","auth":"${token}"}`);
    expect(twice).toMatchObject({ error: { code: 'invalid_request', field: 'auth' } });
    const proto = await ask(`{"op":"ping","__proto__":{"auth":"${token}"}}`);
    expect(proto).toMatchObject({ error: { code: 'unauthorised' } });
    for (const answer of [twice, proto]) expect(JSON.stringify(answer)).not.toContain('lsk_');
  });

  test.each([
    '{"op":"ping","auth":"TOKEN}',
    '{"auth":TOKEN}',
    '{"auth":"TOKEN" "op":"ping"}',
    '["TOKEN"',
    'TOKEN',
  ])('the fault of a text that is not JSON does not repeat a part of it: %s', async (text) => {
    const { ask } = await openFront({ roles: ROLES });
    const answer = JSON.stringify(await ask(text.replace('TOKEN', token)));
    expect(answer).toContain('invalid_request');
    expect(answer).not.toContain(token.slice(0, 6));
    expect(answer).not.toContain(token.slice(-6));
  });

  test('P10: 10,000 wrong tokens are counted, and logged once', async () => {
    const { dealer, front, warnings } = await openFront({ roles: ROLES });
    const wrong = JSON.stringify({ op: 'ping', auth: newToken() });
    for (let sent = 0; sent < 10_000; sent += 100) {
      for (let index = 0; index < 100; index++) await dealer.send(wrong);
      for (let index = 0; index < 100; index++) await dealer.receive();
    }
    expect(front.counts.errors).toEqual({ unauthorised: 10_000 });
    const reason = expect.stringContaining('the token is not known: the role ');
    expect(warnings).toEqual([
      ['requests of clients were refused: unauthorised', { reason, refused: 1 }],
    ]);
  });
});
