/** Fuzzed frames, judged by an oracle that was written from docs/protocol.md. */
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Router } from 'zeromq';
import { startCluster } from '../support/cluster.ts';
import { fuzz } from './fuzz/fuzz.ts';
import { OPERATIONS } from './fuzz/oracle.ts';

const FRAMES = 100_000;
const SEEDS = 2 ** 32;

test('P9, P10: a hundred thousand fuzzed frames get the answers that the protocol page promises', async () => {
  const seed = Number(process.env['FUZZ_SEED'] ?? randomInt(SEEDS));
  const { daemon, client } = await startCluster({ env: { LOCKSTEP_LOG_LEVEL: 'warn' } });
  const { pid } = daemon;
  const report = await fuzz({ endpoint: daemon.endpoint, seed, frames: FRAMES });
  console.log(JSON.stringify({ seed, ...report }));
  expect(report.faults, `FUZZ_SEED=${seed}`).toEqual([]);
  expect(report.answered).toBe(FRAMES);
  for (const count of Object.values(report.verdicts)) expect(count).toBeGreaterThan(500);
  expect(daemon.alive, daemon.output).toBe(true);
  expect(await client.ping()).toMatchObject({ pid, accepting: true });
});

test('the oracle knows every operation of the protocol page', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/protocol.md'), 'utf8');
  const sections = [...page.matchAll(/^### ([a-z]+)$/gm)].map(([, name = '']) => name);
  expect(Object.keys(OPERATIONS).toSorted()).toEqual(
    sections.toSorted((one, other) => one.localeCompare(other)),
  );
});

test.each([
  [
    'accepts everything',
    (frames: Buffer[]) => [[...frames.slice(0, -1), '{"pid":1,"at":1}']],
    'is wrong',
  ],
  ['rejects everything', (frames: Buffer[]) => [[...frames.slice(0, -1), WRONG]], 'is right'],
  ['answers twice', (frames: Buffer[]) => [frames, frames], 'an answer that nobody asked for'],
  ['answers no JSON', (frames: Buffer[]) => [[...frames.slice(0, -1), '{']], 'malformed'],
  ['fails', (frames: Buffer[]) => [[...frames.slice(0, -1), INTERNAL]], 'answered internal'],
])('the fuzz notices a daemon that %s', async (_title, answersTo, fault) => {
  const router = new Router({ linger: 0 });
  onTestFinished(() => router.close());
  await router.bind('tcp://127.0.0.1:*');
  void (async () => {
    for await (const frames of router) {
      for (const answer of answersTo(frames)) await router.send(answer);
    }
  })();
  const { faults } = await fuzz({ endpoint: router.lastEndpoint ?? '', seed: 7, frames: 300 });
  expect(faults.join('\n')).toContain(fault);
});

const WRONG = '{"error":{"code":"invalid_request","message":"no"},"at":1}';
const INTERNAL = '{"error":{"code":"internal","message":"no"},"at":1}';
