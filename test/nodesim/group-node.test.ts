import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../src/nodesim/log.ts';
import type { Outcome } from '../../src/nodesim/node/answers.ts';
import { GroupNode } from '../../src/nodesim/node/group-node.ts';
import type { GroupRequest } from '../../src/nodesim/node/group-request.ts';

let directory: string;
let node: GroupNode;
let outcomes: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'group-node-'));
  node = open();
  outcomes = [];
});
afterEach(() => {
  node.close();
  rmSync(directory, { recursive: true });
});

function open(): GroupNode {
  const settings = { name: 'n', seed: 1, randomBehavior: 0, showTokens: false } as const;
  const file = join(directory, 'n.db');
  return new GroupNode({ ...settings, deleteMissing: 404 }, file, createLog('error', 'n'));
}

function ask(method: GroupRequest['method'], key: string): void {
  const request = {
    method,
    dialect: 'reliable-ops',
    node: undefined,
    timestamp: undefined,
    key,
    body: JSON.stringify({ groupId: key }),
  } as const;
  node.group(request, {
    deliver: (outcome: Outcome) => {
      const status = outcome.kind === 'answer' ? outcome.answer.status : '';
      outcomes.push(`${method} ${key}: ${outcome.kind} ${status}`.trimEnd());
    },
  });
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a node says nothing that rests on an uncommitted change', () => {
  it('answers at once while nothing is uncommitted', () => {
    ask('read', '5');
    expect(outcomes).toEqual(['read 5: answer 404']);
  });

  it('holds a change, and every answer after it, until the turn’s commit, in order', async () => {
    ask('create', '5');
    ask('read', '5');
    ask('create', '5');
    expect(outcomes).toEqual([]);
    await turn();
    expect(outcomes).toEqual([
      'create 5: answer 201',
      'read 5: answer 200',
      'create 5: answer 400',
    ]);
  });

  it('holds a reset and silence after an effect just the same', async () => {
    node.setFaults({ resetAfter: 1 });
    ask('create', '5');
    expect(outcomes).toEqual([]);
    await turn();
    expect(outcomes).toEqual(['create 5: reset']);
  });

  it('has committed what it answered: another life of the node knows it', async () => {
    ask('create', '5');
    ask('create', '6');
    await turn();
    ask('delete', '5');
    node.close();
    expect(outcomes).toHaveLength(3);
    node = open();
    outcomes = [];
    ask('read', '5');
    ask('read', '6');
    expect(outcomes).toEqual(['read 5: answer 404', 'read 6: answer 200']);
  });

  it('sends nothing once it is closed', async () => {
    node.close();
    ask('create', '5');
    await turn();
    expect(outcomes).toEqual([]);
    node = open();
  });

  it('commits more changes than one batch holds', async () => {
    for (let n = 0; n < 2500; n++) ask('create', String(n));
    await turn();
    expect(outcomes).toHaveLength(2500);
    expect(node.count).toBe(2500);
  });
});
