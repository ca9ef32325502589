import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  CLIENTS_MAX,
  ClientList,
  clientListText,
  parseClientList,
} from '../../src/clients/client-list.ts';
import { newToken, tokenSha256 } from '../../src/clients/token.ts';
import { knownClient } from './support.ts';

const deploy = knownClient('deploy', 'commands');
const ann = knownClient('ann@bastion', 'operate');
const KEY = 'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7';

function parsed(clients: unknown) {
  return parseClientList(JSON.stringify({ clients }), 'clients.json');
}

function faultOf(clients: unknown): string | undefined {
  const read = parsed(clients);
  return read.ok ? undefined : read.fault.message;
}

test('a list survives its text', () => {
  const clients = [deploy.client, { ...ann.client, curveKey: KEY }];
  const read = parseClientList(clientListText(clients), 'clients.json');
  expect(read).toMatchObject({ ok: true, list: { clients } });
});

test('a former token counts until its time, and then no longer', () => {
  const former = newToken();
  const formerTokenUntil = '2026-11-30T12:00:00.000Z';
  const client = { ...ann.client, formerTokenSha256: tokenSha256(former), formerTokenUntil };
  const read = parseClientList(clientListText([deploy.client, client]), 'clients.json');
  if (!read.ok) throw new Error(read.fault.message);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(formerTokenUntil) - 1 });
  onTestFinished(() => void vi.useRealTimers());
  expect(read.list.byToken(former)).toEqual(client);
  vi.setSystemTime(Date.parse(formerTokenUntil));
  expect(read.list.byToken(former)).toBeUndefined();
  expect(read.list.byToken(ann.token)).toEqual(client);
});

test('P10: a former token without its time, of another form, or of another client is a fault', () => {
  const sha256 = deploy.client.tokenSha256;
  const until = '2026-11-30T12:00:00Z';
  const faults = [
    [{ formerTokenSha256: 'f'.repeat(64) }, 'clients.1.formerTokenUntil is missing'],
    [{ formerTokenUntil: until }, 'clients.1.formerTokenSha256 is missing'],
    [
      { formerTokenSha256: 'f'.repeat(64), formerTokenUntil: 'tomorrow' },
      'clients.1.formerTokenUntil must be a time in UTC: 2026-01-31T12:00:00Z',
    ],
    [
      { formerTokenSha256: 'f'.repeat(64), formerTokenUntil: '2026-13-41T12:00:00Z' },
      'clients.1.formerTokenUntil must be a time in UTC: 2026-01-31T12:00:00Z',
    ],
    [
      { formerTokenSha256: sha256, formerTokenUntil: until },
      'clients.1.formerTokenSha256 is the same as another token',
    ],
  ] as const;
  for (const [members, fault] of faults) {
    expect(faultOf([deploy.client, { ...ann.client, ...members }])).toBe(`clients.json: ${fault}`);
  }
});

test('a client is found by its token and by its key', () => {
  const list = new ClientList([deploy.client, { ...ann.client, curveKey: KEY }]);
  expect(list.byToken(deploy.token)).toEqual(deploy.client);
  expect(list.byToken(newToken())).toBeUndefined();
  expect(list.byCurveKey(KEY)?.name).toBe('ann@bastion');
  expect(list.byCurveKey('')).toBeUndefined();
});

test('a token has 256 random bits behind its prefix', () => {
  const token = newToken();
  expect(token).toMatch(/^lsk_[A-Za-z0-9_-]{43}$/);
  expect(newToken()).not.toBe(token);
  expect(tokenSha256('abc')).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});

test('hashes may have capital letters', () => {
  const list = parsed([{ ...deploy.client, tokenSha256: deploy.client.tokenSha256.toUpperCase() }]);
  expect(list.ok && list.list.byToken(deploy.token)?.name).toBe('deploy');
});

describe('P10: a fault of the list names the member', () => {
  const { client } = deploy;
  test.each([
    [
      'a name that is there twice',
      [client, { ...ann.client, name: 'deploy' }],
      'clients.1.name is the same as clients.0.name',
    ],
    [
      'a hash that is there twice',
      [client, { ...client, name: 'other' }],
      'clients.1.tokenSha256 is the same as clients.0.tokenSha256',
    ],
    [
      'a key that is there twice',
      [
        { ...client, curveKey: KEY },
        { ...ann.client, curveKey: KEY },
      ],
      'clients.1.curveKey is the same as clients.0.curveKey',
    ],
    ['no role', [{ ...client, role: undefined }], 'clients.0.role must be commands, read, operate'],
    [
      'another role',
      [{ ...client, role: 'admin' }],
      'clients.0.role must be commands, read, operate',
    ],
    ['no hash', [{ ...client, tokenSha256: undefined }], 'clients.0.tokenSha256 is missing'],
    [
      'bad hex',
      [{ ...client, tokenSha256: 'g'.repeat(64) }],
      'clients.0.tokenSha256 must be 64 hex digits',
    ],
    [
      'a token in place of its hash',
      [{ ...client, tokenSha256: deploy.token }],
      'clients.0.tokenSha256 must be 64 hex digits',
    ],
    [
      'a name with a line break',
      [{ ...client, name: 'a\nb' }],
      'clients.0.name must be 1 to 64 letters, digits, ".", "_", "@" or "-", a letter or a digit first',
    ],
    [
      'a name like an unverified author',
      [{ ...client, name: 'ann (unverified)' }],
      'clients.0.name must be 1 to 64 letters, digits, ".", "_", "@" or "-", a letter or a digit first',
    ],
    [
      'a short key',
      [{ ...client, curveKey: 'x' }],
      'clients.0.curveKey must be 40 characters of Z85',
    ],
    [
      'an unknown member',
      [{ ...client, rol: 'read' }],
      'clients.0.rol is unknown; did you mean role?',
    ],
    [
      'a strange member',
      [{ ...client, '\u001b[2J': 1 }],
      'a member of clients.0. is unknown; known are name, role, tokenSha256, curveKey, formerTokenSha256, formerTokenUntil',
    ],
    ['no object', [7], 'clients.0 must be an object'],
    ['no array', {}, 'clients must be an array'],
    [
      'too many',
      Array.from({ length: CLIENTS_MAX + 1 }, () => client),
      'clients has 1001 entries; at most 1000 are read',
    ],
  ])('%s', (_, clients, message) => {
    expect(faultOf(clients)).toBe(`clients.json: ${message}`);
  });

  test.each([
    ['', 'is not JSON'],
    ['{"clients":[}', 'is not JSON'],
    ['[]', 'must be an object: {"clients":[…]}'],
    ['{}', 'clients must be an array'],
    ['{"clients":[],"client":[]}', 'client is unknown; did you mean clients?'],
    ['{"clients":[],"clients":[]}', 'clients is given twice'],
  ])('the text %j', (text, message) => {
    const read = parseClientList(text, 'clients.json');
    expect(!read.ok && read.fault.message).toContain(`clients.json: ${message}`);
  });

  test('no fault repeats a value', () => {
    const texts = [
      JSON.stringify({ clients: [{ ...client, tokenSha256: deploy.token }] }),
      `{"clients":"${deploy.token}`,
      `${deploy.token}`,
    ];
    for (const text of texts)
      expect(JSON.stringify(parseClientList(text, 'f'))).not.toContain('lsk_');
  });
});
