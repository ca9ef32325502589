/** `lockstep doctor --measure`: how many connections a node takes best. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { measureNodes } from '../../src/cli/doctor/connections/measure.ts';
import { propose, type Rate } from '../../src/cli/doctor/connections/proposal.ts';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { loadSettings } from '../../src/config/load.ts';
import { startNodesim } from '../support/nodesim.ts';
import { runCli } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** By 1, 2, 4 … calls at once; NaN: a call failed. */
function ratesOf(...perSecond: readonly number[]): readonly Rate[] {
  return perSecond.map((rate, index) => ({
    connections: 2 ** index,
    perSecond: rate,
    p99Ms: 1,
    fault: Number.isNaN(rate) ? 'reset' : undefined,
  }));
}

describe('the proposal', () => {
  test.each([
    ['a node that does one thing after another', [200, 201, 199, 200, 198, 200], 1],
    ['a far node', [10, 20, 40, 80, 160, 320], 32],
    ['the smallest that reaches 0.95 of the best', [50, 94, 95, 100, 97, 90], 4],
    ['none from where calls fail on', [50, 100, 180, Number.NaN], 4],
  ])('is for %s: %j: %i', (_, rates, connections) => {
    expect(propose(ratesOf(...rates), 32)?.best.connections).toBe(connections);
  });

  test('there is none for a node that answers no call', () => {
    expect(propose(ratesOf(Number.NaN), 32)).toBeUndefined();
    expect(propose(ratesOf(0, 0), 32)).toBeUndefined();
  });

  test.each([
    ['as fast with the number that is set', [90, 100, 100, 100, 100, 99], 32, false],
    ['slower with the number that is set', [90, 100, 100, 100, 80, 50], 32, true],
    ['slower with more than is set', [90, 100, 100, 100, 80, 50], 9, false],
    ['failing with the number that is set', [90, 100, 100, Number.NaN], 32, true],
    ['set below it', [10, 20, 40, 80, 160, 320], 4, false],
  ])(
    'says whether the number that is set makes a node slower: %s',
    (...[, rates, set, isTooHigh]) => {
      expect(propose(ratesOf(...rates), set)?.isSetTooHigh).toBe(isTooHigh);
    },
  );
});

interface Reading {
  readonly methods: Set<string>;
  most: number;
  readonly findings: readonly Finding[];
}

/** Measures one node, whose answers this gives, quickly. */
async function measure(serve: (respond: () => void, inside: number) => void): Promise<Reading> {
  const reading = { methods: new Set<string>(), most: 0 };
  let inside = 0;
  const server = createServer(({ method = '', url = '' }, response: ServerResponse) => {
    reading.methods.add(method);
    reading.most = Math.max(reading.most, ++inside);
    const key = decodeURIComponent(url.split('/').at(-1) ?? '');
    const body = JSON.stringify({ status: 404, message: `no '${key}'` });
    serve(() => {
      inside--;
      response.writeHead(404, { 'content-type': 'application/json' }).end(body);
    }, inside);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const env = { LOCKSTEP_NODES: `east=http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  const loaded = loadSettings({ env, cwd: tempFolder() });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const findings = await measureNodes({ settings: loaded.settings, env, eachMs: 300 });
  return { ...reading, findings };
}

describe('measuring a node', () => {
  test('reads only, with at most 32 calls at once, and reports its figures', async () => {
    const { methods, most, findings } = await measure((respond) => void setTimeout(respond, 40));
    expect([...methods]).toEqual(['GET']);
    expect(most).toBe(32);
    expect(findings).toMatchObject([{ check: 'connections of east' }]);
    expect(findings[0]?.message).toMatch(
      /^enough for reads: (8|16|32), set: 32; 1: \d+ reads\/s, p99 /,
    );
  });

  test('warns of a number that makes it slower, with the setting to write', async () => {
    let queue = Promise.resolve();
    const { findings } = await measure((respond, inside) => {
      // One after the other, and slower the more wait: as a database that is locked.
      const wait = () => new Promise<void>((resolve) => setTimeout(resolve, 2 + 3 * inside));
      queue = queue.then(wait).then(respond);
    });
    expect(findings).toMatchObject([{ level: 'warn' }]);
    expect(findings[0]?.hint).toMatch(/limits: \{connectionsPerNode: [12]\}/);
  });

  test('P9: ends at a node that does not answer, and says so', async () => {
    const { findings } = await measure(() => {});
    expect(findings).toMatchObject([
      { level: 'warn', message: expect.stringMatching(/^not measured: no answer within 675 ms$/) },
    ]);
  });
});

test('doctor --measure has a finding for each node, and nothing is created', async () => {
  await using sim = await startNodesim();
  const env = { LOCKSTEP_NODES: sim.nodes, LOCKSTEP_DATA_DIR: tempFolder() };
  const { stdout } = await runCli(['doctor', '--measure', '--json'], { env });
  const { findings } = JSON.parse(stdout) as { findings: readonly Finding[] };
  const found = findings.filter(({ check }) => check.startsWith('connections of '));
  expect(found.map(({ check }) => check.slice(-6))).toEqual(['node01', 'node02', 'node03']);
  for (const { message } of found) expect(message).toMatch(/enough for reads: \d+, set: 32; 1: /);
  for (const name of ['node01', 'node02', 'node03']) expect(await sim.list(name)).toEqual([]);
}, 60_000);
