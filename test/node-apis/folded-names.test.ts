/** PowerDNS takes `CASE.example.` for `case.example.`: what the worked example makes of it, against real servers. */
import { expect, test } from 'vitest';
import { powerdns } from './apis/powerdns.ts';
import { direct, stage } from './stage.ts';

test('P6, F8: a name in upper case is the name in lower case, to commands and to an audit', {
  timeout: 120_000,
}, async (ctx) => {
  const why = powerdns.missing();
  if (why !== undefined) return ctx.skip(why);
  const { client, nodes } = await stage(powerdns, direct);
  const created = await client.create('CASE.example.');
  expect(created).toMatchObject({
    groupId: 'case.example.',
    askedAs: 'CASE.example.',
    state: 'committed',
  });
  expect(await client.create('case.example.')).toMatchObject({ reason: 'already_exists' });
  const audit = { op: 'audit', repair: true } as const;
  expect(await client.send(audit)).toMatchObject({ checked: 1, findings: [] });
  expect(await client.delete('Case.Example.')).toMatchObject({ state: 'committed' });
  expect(await client.send(audit)).toMatchObject({ checked: 1, findings: [] });
  for (const node of nodes.values()) expect(await node.keys()).toEqual([]);
});
