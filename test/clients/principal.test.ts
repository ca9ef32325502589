import { describe, expect, test } from 'vitest';
import { ClientList } from '../../src/clients/client-list.ts';
import { authorise, authorOf } from '../../src/clients/principal.ts';
import { TOKEN_PREFIX } from '../../src/protocol/frame/read-frame.ts';
import { knownClient } from './support.ts';

const deploy = knownClient('deploy', 'commands');
const eve = knownClient('eve', 'read');
const list = new ClientList([deploy.client]);

function refusalOf(...asked: Parameters<typeof authorise>) {
  const authorised = authorise(...asked);
  return authorised.ok ? undefined : authorised.reply.error;
}

describe('with a list', () => {
  const access = { list, mode: 'auto' } as const;

  test('a client with its token is proven, and has its role', () => {
    expect(authorise(access, deploy.token, 'create')).toEqual({
      ok: true,
      principal: { name: 'deploy', role: 'commands', proven: true },
    });
  });

  test.each([
    ['no token', undefined, 'there is no token: the role commands or operate is needed'],
    ['an empty token', '', 'the token is not known: the role commands or operate is needed'],
    [
      'a token of another list',
      eve.token,
      'the token is not known: the role commands or operate is needed',
    ],
    [
      'the hash of a token',
      deploy.client.tokenSha256,
      'the token is not known: the role commands or operate is needed',
    ],
  ])('%s is refused, and the role that is needed is named', (_, token, message) => {
    expect(refusalOf(access, token, 'create')).toMatchObject({ code: 'unauthorised', message });
  });

  test('another role is refused, and the role that is needed is named', () => {
    expect(refusalOf(access, deploy.token, 'abandon')).toMatchObject({
      code: 'unauthorised',
      message: 'the client deploy has the role commands: the role operate is needed',
    });
  });

  test('an empty list lets nobody in', () => {
    const nobody = { list: new ClientList([]), mode: 'auto' } as const;
    expect(refusalOf(nobody, undefined, 'ping')).toMatchObject({ code: 'unauthorised' });
    expect(refusalOf(nobody, deploy.token, 'ping')).toMatchObject({ code: 'unauthorised' });
  });

  test('no refusal repeats a token', () => {
    const refusals = [undefined, eve.token, deploy.token].map((token) =>
      JSON.stringify(refusalOf(access, token, 'abandon')),
    );
    for (const refusal of refusals) expect(refusal).not.toContain(TOKEN_PREFIX);
  });
});

describe('without a list', () => {
  test('everybody may do everything, and is not proven', () => {
    for (const token of [undefined, deploy.token]) {
      const authorised = authorise({ list: undefined, mode: 'auto' }, token, 'abandon');
      expect(authorised).toEqual({
        ok: true,
        principal: { name: '', role: 'operate', proven: false },
      });
    }
  });

  test('LOCKSTEP_AUTH=required lets nobody in without a token', () => {
    const access = { list: undefined, mode: 'required' } as const;
    expect(refusalOf(access, undefined, 'ping')?.message).toBe(
      'there is no token: the role commands, read or operate is needed',
    );
    expect(refusalOf(access, deploy.token, 'ping')).toMatchObject({ code: 'unauthorised' });
  });
});

test('an author is the name of a proven client, or its own word, marked as such', () => {
  const proven = { name: 'deploy', role: 'operate', proven: true } as const;
  const anybody = { name: '', role: 'operate', proven: false } as const;
  expect(authorOf(proven, 'root@host')).toBe('deploy');
  expect(authorOf(proven, undefined)).toBe('deploy');
  expect(authorOf(anybody, 'ann@host')).toBe('ann@host (unverified)');
  expect(authorOf(anybody, undefined)).toBeUndefined();
});
