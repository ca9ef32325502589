/**
 * Requests that are given up while the path to their node drops everything, before the path works
 * again.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { certificate } from '../../support/certificate.ts';
import { programAt, type SilentRoad, silentRoad } from '../../support/silent-road.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { eventually } from '../support/asking.ts';

const NODE = fileURLToPath(new URL('../programs/noting-node.ts', import.meta.url));
const ASKER = fileURLToPath(new URL('../programs/giving-up.ts', import.meta.url));

/** A node at the far end, and its client at the near end. */
async function ends(road: SilentRoad, isSecure: boolean, requestTimeoutMs: number) {
  const pair = isSecure ? certificate(`IP:${road.farAddress}`) : undefined;
  const ca = join(tempFolder(), 'ca.pem');
  writeFileSync(ca, pair?.cert ?? '');
  const node = programAt(road.far, NODE, {
    args: [road.farAddress],
    env: pair === undefined ? {} : { KEY: pair.key, CERT: pair.cert },
  });
  await eventually(() => node.lines.length);
  const url = `${isSecure ? 'https' : 'http'}://${road.farAddress}:${node.lines[0]}/v1`;
  const asker = programAt(road.near, ASKER, {
    args: [url, String(requestTimeoutMs)],
    env: pair === undefined ? {} : { NODE_EXTRA_CA_CERTS: ca },
  });
  return { node, asker };
}

/** Longer than a test takes. */
const NEVER_MS = 60_000;
/** More than the kernel takes for a connection whose node confirms nothing. */
const LONG = 8 * 1024 * 1024;

describe.each([
  { over: 'TCP', isSecure: false },
  { over: 'TLS', isSecure: true },
])('over $over, on a road that drops everything', ({ isSecure }) => {
  test.for([
    { way: 'a timeout', word: undefined, said: 'late lost', length: 0 },
    { way: 'an abort', word: 'abort', said: 'late lost', length: 0 },
    {
      way: 'an abort of more than the kernel takes',
      word: 'abort',
      said: 'late lost',
      length: LONG,
    },
    { way: 'a stop', word: 'stop', said: 'ended', length: 0 },
    { way: 'an interrupted stop', word: 'abandon', said: 'exited', length: 0 },
    { way: 'a crash of its thread', word: 'crash', said: 'crashed', length: 0 },
  ])('P4.2: nothing lands after $way', async ({ word, said: detail, length }, ctx) => {
    if (isSecure && certificate() === undefined) return ctx.skip('openssl is not installed');
    const road = silentRoad(ctx);
    const { node, asker } = await ends(road, isSecure, word === undefined ? 1000 : NEVER_MS);
    asker.tell('ask first 0');
    await eventually(() => asker.lines.includes('first applied'));
    road.cut();
    asker.tell(`ask late ${length}`);
    await eventually(() => road.unsent().some((bytes) => bytes > 0));
    if (word !== undefined) asker.tell(word);
    await eventually(() => asker.lines.includes(detail));
    // The kernel would deliver the bytes that it holds now as soon as the path works again.
    const held = road.unsent().filter((bytes) => bytes > 0);
    road.mend();
    await eventually(() => road.unsent().every((bytes) => bytes === 0));
    expect(held).toEqual([]);
    expect(node.lines.filter((line) => line.includes('late'))).toEqual([]);
  });
});
