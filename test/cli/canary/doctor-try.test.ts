/** `lockstep doctor --try` as its users run it, on simulated nodes of both dialects that ship; and Ctrl-C. */
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Finding } from '../../../src/cli/doctor/finding.ts';
import { eventually } from '../../support/client-pair.ts';
import { type Nodesim, startNodesim } from '../../support/nodesim.ts';
import { runCli, startCli } from '../../support/run-cli.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const NAMES = ['node01', 'node02', 'node03'] as const;
const sim = {} as { nodes: Nodesim };

beforeAll(async () => {
  const nodes = await startNodesim();
  sim.nodes = nodes;
  return () => nodes[Symbol.asyncDispose]();
});

function envOf(dialect: string): Readonly<Record<string, string>> {
  return {
    LOCKSTEP_NODES: sim.nodes.nodes,
    LOCKSTEP_DIALECT: dialect,
    LOCKSTEP_DATA_DIR: tempFolder(),
  };
}

async function keysOnNodes(): Promise<readonly string[]> {
  return (await Promise.all(NAMES.map((name) => sim.nodes.list(name)))).flat();
}

function canaryFindings(stdout: string): readonly Finding[] {
  const { findings } = JSON.parse(stdout) as { findings: readonly Finding[] };
  return findings.filter(({ check }) => check.startsWith('canary'));
}

describe.each(['reliable-ops', 'challenge'])('P10: the dialect %s', (dialect) => {
  test('fits the nodes that it was made for, and nothing is left there', async () => {
    const line = ['doctor', '--try', 'a canary', '--json'];
    const { stdout, stderr } = await runCli(line, { env: envOf(dialect) });
    expect(canaryFindings(stdout).map(({ check, level }) => `${check} ${level}`)).toEqual(
      NAMES.map((name) => `canary ${name} ok`),
    );
    expect(stderr).toBe('');
    expect(await keysOnNodes()).toEqual([]);
  });
});

test('P10: Ctrl-C while a create is under way: what it made is removed, and it ends with 130', async () => {
  await sim.nodes.setFaults('*', { slow: 1, slowMs: [2000, 2000], on: ['create'] });
  onTestFinished(() => sim.nodes.clearFaults());
  const cli = startCli(['doctor', '--try', 'a canary', '--json'], { env: envOf('reliable-ops') });
  const created = async () => (await sim.nodes.list('node01')).length;
  await eventually(created).toBe(1);
  cli.child.kill('SIGINT');
  const { code, stdout } = await cli.result;
  expect(canaryFindings(stdout).at(-1)?.message).toBe('the trial was stopped before its end');
  expect(code).toBe(130);
  expect(await keysOnNodes()).toEqual([]);
});

test('P1: a record that another owner has made is never deleted', async () => {
  const [url = ''] = sim.nodes.nodes.split(',').map((node) => node.split('=')[1] ?? '');
  const body = JSON.stringify({ groupId: 'theirs' });
  await fetch(`${url}/group`, { method: 'POST', headers: { timestamp: '7' }, body });
  const line = ['doctor', '--try', 'theirs', '--json'];
  const { code, stdout } = await runCli(line, { env: envOf('reliable-ops') });
  expect(canaryFindings(stdout)).toMatchObject([{ check: 'canary node01', level: 'fail' }]);
  expect(code).toBe(1);
  expect(await keysOnNodes()).toEqual(['theirs']);
});
