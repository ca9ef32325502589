/** Changes of the list of clients in the trail of acts. */
import { expect, test } from 'vitest';
import { ClientList } from '../../src/clients/client-list.ts';
import { noteListChanges } from '../../src/coordinator/acts/list-acts.ts';
import { knownClient } from '../clients/support.ts';
import { actsOf } from './support/acts.ts';
import { openHarness } from './support/harness.ts';

const ann = knownClient('ann', 'operate');
const bob = knownClient('bob', 'read');
const ci = knownClient('ci', 'commands');

async function followed(...first: readonly (typeof ann)[]) {
  const harness = await openHarness();
  let present: ClientList | undefined =
    first.length === 0 ? undefined : new ClientList(first.map(({ client }) => client));
  let changed = (): void => {};
  const list = {
    get present() {
      return present;
    },
    onChange: (listener: () => void) => {
      changed = listener;
    },
  };

  noteListChanges(list, harness.coordinator);
  const become = async (...clients: readonly (typeof ann.client)[]): Promise<void> => {
    present = new ClientList(clients);
    changed();
    await harness.rest();
  };
  return { harness, become };
}

test('P10: who was added, removed and changed is an act, by names and without a token', async () => {
  const { harness, become } = await followed(ann, bob);
  await become({ ...ann.client, role: 'read' }, ci.client);
  const acts = await actsOf(harness);
  expect(acts).toMatchObject([
    {
      act: 'clients_changed',
      on: 'added ci; removed bob; changed ann',
      proven: false,
      door: 'file',
      outcome: 'done',
      results: { added: 1, removed: 1, changed: 1 },
    },
  ]);
  const text = JSON.stringify(acts);
  for (const { client } of [ann, bob, ci]) expect(text).not.toContain(client.tokenSha256);
});

test('a first list adds its clients; one that is read again and is the same is no act', async () => {
  const { harness, become } = await followed();
  await become(ann.client);
  await become(ann.client);
  expect(await actsOf(harness)).toMatchObject([{ on: 'added ann', results: { added: 1 } }]);
});

test('P9: the names of a thousand clients are cut to the bound of an act', async () => {
  const { harness, become } = await followed();
  const named = Array.from({ length: 1000 }, (_, index) => knownClient(`client-${index}`, 'read'));
  await become(...named.map(({ client }) => client));
  const [act] = await actsOf(harness);
  expect(act?.on).toHaveLength(4000);
  expect(act?.results).toEqual({ added: 1000 });
});
