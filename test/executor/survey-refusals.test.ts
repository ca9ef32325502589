import { describe, expect, test } from 'vitest';
import type { NodeReplyKind } from '../../src/core/model.ts';
import { SurveyRefusals } from '../../src/executor/surveys/survey-refusals.ts';
import { Bench } from './bench.ts';

function notes() {
  const lines: unknown[] = [];
  let now = 0;
  const paths: string[] = [];
  const pathOf = () => {
    paths.push('/group/5');
    return '/group/5';
  };
  const refusals = new SurveyRefusals(
    (message, fields) => lines.push([message, fields]),
    () => now,
  );
  const note = (detail: string, node = 'east', kind: NodeReplyKind = 'refused') =>
    refusals.note({ node, pathOf, reply: { kind, detail } });
  return { lines, paths, note, wait: (ms: number) => (now += ms) };
}

describe('P10: a node that refuses the read before a command', () => {
  test.each([
    ['401 no token', 'refused', 'check the credentials of the node'],
    ['403', 'refused', 'check the credentials of the node'],
    ['301 to https://east/', 'refused', 'set the address to which the node redirects'],
    ['400 (HTML) Bad Request', 'refused', 'compare the path with the API of the node'],
    ['200 a text', 'malformed', 'look at the record on the node: it cannot be read under this key'],
  ] as const)('is warned of: %s', (detail, kind, hint) => {
    const { lines, note } = notes();
    note(detail, 'east', kind);
    expect(lines).toEqual([
      [
        'a node refused the read before a command',
        {
          node: 'east',
          request: 'GET /group/5',
          response: detail,
          hint,
          effect: 'the command ends as refused, reason node_refused',
        },
      ],
    ]);
  });

  test('P9: has one line a minute, which counts the ones left out and makes no path for them', () => {
    const { lines, paths, note, wait } = notes();
    for (let count = 0; count < 100; count++) note('401');
    note('401', 'west');
    expect(lines).toHaveLength(2);
    expect(paths).toHaveLength(2);
    wait(60_000);
    note('401');
    expect(lines.at(-1)).toMatchObject([expect.anything(), { node: 'east', leftOut: 99 }]);
    wait(60_000);
    note('401');
    expect(lines.at(-1)).not.toMatchObject([expect.anything(), { leftOut: expect.anything() }]);
  });

  test('P10: a node that created a record of another key is warned of as well, by a line of its own', () => {
    const { lines, paths, note } = notes();
    note('401 no token');
    note('201 for another key (wrong dialect?): {"Name":"a469d6"}', 'east', 'misnamed');
    expect(paths).toHaveLength(1);
    expect(lines[1]).toEqual([
      'a node created a record of another key: the dialect is probably wrong',
      {
        node: 'east',
        response: '201 for another key (wrong dialect?): {"Name":"a469d6"}',
        hint: 'compare create.path and create.body of the dialect with the API; remove that record from the node',
        effect:
          'the command is rolled back, reason node_refused; the record of the other key stays',
      },
    ]);
  });

  test('P5: any number of commands on keys that can not be read opens no breaker', async () => {
    const bench = new Bench();
    const node = bench.node('node01');
    for (let seq = 1; seq <= 50; seq++) {
      node.faults.push('malformed', 'malformed');
      bench.drive(bench.command(seq, { op: 'delete' }), { entries: [] });
      await bench.advance(100);
    }
    expect(bench.reportsOf('settled')).toHaveLength(50);
    expect(bench.reportsOf('settled').map(({ settlement }) => settlement.reason)).toEqual(
      Array.from({ length: 50 }, () => 'node_refused'),
    );
    const failures = bench.health.map((nodes) => nodes['node01']?.failures ?? 0);
    expect(Math.max(0, ...failures)).toBe(0);
    expect(bench.refusals.map(({ node: name }) => name)).toEqual(
      Array.from({ length: 50 }, () => 'node01'),
    );
  });
});
