/** The token of the TypeScript client. */
import { expect, test } from 'vitest';
import { newToken } from '../../src/clients/token.ts';
import { startPair } from '../support/client-pair.ts';

test('a token goes with every request, and into no answer', async () => {
  const token = newToken();
  const { peer, client } = await startPair({}, { token });
  const record = { auth: 'of the record' };
  const created = await client.create('5', { record });
  await client.batch([{ op: 'create', groupId: '6' }]);
  await client.summary();
  await client.breakers();
  expect(peer.tokens).toEqual(Array.from(peer.tokens, () => token));
  expect(peer.tokens.length).toBeGreaterThanOrEqual(5);
  expect(JSON.stringify(created)).not.toContain(token);
  for (const request of peer.seen) expect(request).not.toHaveProperty('auth');
});

test('a function is asked for each attempt: a token may be replaced', async () => {
  let count = 0;
  const { peer, client } = await startPair({}, { token: () => `token-${count++}` });
  await client.ping();
  await client.ping();
  expect(peer.tokens).toEqual(['token-0', 'token-1', 'token-2']);
});

test('a function that returns nothing sends none', async () => {
  const { peer, client } = await startPair({}, { token: () => undefined });
  await client.ping();
  expect(peer.tokens).toEqual([undefined, undefined]);
});

test('an error of the function fails its call, and no other', async () => {
  let isBroken = false;
  const { client } = await startPair(
    {},
    {
      token: () => {
        if (isBroken) throw new Error('the safe is locked');
        return 'token';
      },
    },
  );
  isBroken = true;
  await expect(client.ping()).rejects.toThrow('the safe is locked');
  await expect(client.create('5')).rejects.toThrow('the safe is locked');
  isBroken = false;
  expect(await client.ping()).toMatchObject({ accepting: true });
});
