/** The limits of a node: its own, those of its dialect, and the settings for all nodes. */
import { describe, expect, test } from 'vitest';
import { coordinatorData, executorData } from '../../src/composition/thread-data.ts';
import { defaultExecutors } from '../../src/config/complete.ts';
import { preview } from '../../src/config/preview.ts';
import { shareOf } from '../../src/node/access/limits.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { problemsOf, settingsOf } from './load-in.ts';

const FILE = 'lockstep.config.json';

function withNodes(nodes: object, more: object = {}) {
  return { files: { [FILE]: { nodes, ...more } } };
}

/** Two nodes: `east` with these limits, `west` with none. */
function withEast(limits: object, more: object = {}) {
  return withNodes({ east: { url: 'http://e', limits }, west: 'http://w' }, more);
}

describe('the limits of a node', () => {
  test('are its own, else those of its dialect, else the settings, each by itself', () => {
    const dialects = {
      mine: { extends: 'challenge', limits: { connectionsPerNode: 6, answerBytes: 2048 } },
    };
    const limits = { connectionsPerNode: 3, requestTimeoutMs: 1500 };
    const more = { dialects, dialect: 'mine', executors: 2, connectTimeoutMs: 900 };
    const { nodes } = settingsOf(withEast(limits, { ...more, connectionsPerNode: 50 }));
    expect(nodes.map((node) => node.limits)).toEqual([
      {
        answerBytes: 2048,
        connectionsPerNode: 3,
        requestTimeoutMs: 1500,
        connectTimeoutMs: 900,
        breakerSlowMs: 1200,
      },
      {
        answerBytes: 2048,
        connectionsPerNode: 6,
        requestTimeoutMs: 5000,
        connectTimeoutMs: 900,
        breakerSlowMs: 4000,
      },
    ]);
  });

  test('what follows from a timeout follows from the node’s own', () => {
    const [east] = settingsOf(withEast({ requestTimeoutMs: 1000 })).nodes;
    expect(east?.limits).toMatchObject({ connectTimeoutMs: 1000, breakerSlowMs: 800 });
    const [west] = settingsOf(withEast({}, { breakerSlowMs: 700 })).nodes;
    expect(west?.limits).toMatchObject({ breakerSlowMs: 700, answerBytes: 65_536 });
  });

  test.each([
    ['requestTimeoutMs ≤ quiesceMs', { requestTimeoutMs: 5001 }, 'requestTimeoutMs is 5001'],
    ['requestTimeoutMs < drainMs', { requestTimeoutMs: 10_000 }, 'requestTimeoutMs is 10000'],
    ['connectTimeoutMs ≤ requestTimeoutMs', { connectTimeoutMs: 5500 }, 'connectTimeoutMs is 5500'],
    ['executors ≤ connectionsPerNode', { connectionsPerNode: 3 }, 'connectionsPerNode is 3'],
  ])('P4: the rule %s holds with those of each node', (rule, limits, shown) => {
    const quiet = rule.includes('quiesce') ? {} : { quiesceMs: 30_000 };
    const [problem, ...others] = problemsOf(withEast(limits, { ...quiet, executors: 4 }));
    expect(others).toEqual([]);
    const source = `${FILE}: nodes.east.limits`;
    expect(problem?.source).toContain(source);
    expect(problem?.message).toContain(`breaks a rule: ${rule}`);
    expect(problem?.message).toContain(`${shown} (${source})`);
  });

  test('P10: faults in them are named by their place', () => {
    const limits = { answerBytes: 17_000_000, connectionsPerNode: 0, requestTimeout: 5 };
    const sources = problemsOf(withEast(limits)).map(
      ({ source, message }) => `${source} ${message}`,
    );
    expect(sources.join('\n')).toMatch(/nodes\.east\.limits\.answerBytes 17000000 is more than/);
    expect(sources.join('\n')).toMatch(/nodes\.east\.limits\.connectionsPerNode 0 is less than 1/);
    expect(sources.join('\n')).toContain('did you mean "requestTimeoutMs"?');
  });

  test('--check shows them for each node', () => {
    const env = { LOCKSTEP_NODES: 'a=http://a,b=http://b', LOCKSTEP_CONNECTIONS_PER_NODE: '9' };
    const text = preview({ argv: ['--check'], env, cwd: tempFolder() })?.text;
    const limits = 'connectionsPerNode 9, requestTimeoutMs 5000, connectTimeoutMs 2000';
    expect(text).toContain(`nodes.b.limits = answerBytes 65536, ${limits}\n`);
  });
});

describe('what the threads are reported', () => {
  test('an executor: the limits of each node, and its own share of the connections', () => {
    const limits = { connectionsPerNode: 3, answerBytes: 4096 };
    const settings = settingsOf(withEast(limits, { executors: 2 }));
    const told = [0, 1].map((executor) => executorData(settings, executor).nodes);
    expect(told.map((nodes) => nodes.map(({ connections }) => connections))).toEqual([
      [2, 16],
      [1, 16],
    ]);
    expect(told[1]?.[0]?.limits).toMatchObject({ answerBytes: 4096, requestTimeoutMs: 5000 });
  });

  test('P9: the breakers: a trial is two calls, which may wait and take the longest timeout of a node', () => {
    const settings = settingsOf(withEast({ requestTimeoutMs: 8000 }, { quiesceMs: 9000 }));
    expect(coordinatorData(settings).breaker.trialTimeoutMs).toBe(37_000);
  });
});

describe('the connections to a node over all executors', () => {
  test.each([
    [32, 4, [8, 8, 8, 8]],
    [7, 3, [3, 2, 2]],
    [4, 4, [1, 1, 1, 1]],
    [5, 1, [5]],
  ])('P9: %i among %i executors: %j, and no more in all', (limit, of, shares) => {
    const all = Array.from({ length: of }, (_, executor) => shareOf(limit, { executor, of }));
    expect(all).toEqual(shares);
    expect(all.reduce((sum, share) => sum + share, 0)).toBe(limit);
  });

  test('there are no more executors by default than any node takes connections', () => {
    const nodesWith = (...limits: readonly number[]) =>
      limits.map((connectionsPerNode) => ({ limits: { connectionsPerNode } }));
    expect(defaultExecutors(64, nodesWith(32, 3))).toBe(3);
    expect(defaultExecutors(64, nodesWith(1))).toBe(1);
    expect(defaultExecutors(4, nodesWith(32))).toBe(2);
    const { executors } = settingsOf(withEast({ connectionsPerNode: 1 }));
    expect(executors).toBe(1);
  });
});
