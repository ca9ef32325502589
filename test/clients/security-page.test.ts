/** SECURITY.md says who may do what; the code decides it. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mayDo, ROLES } from '../../src/clients/role.ts';
import { OPERATION_NAMES } from '../../src/protocol/request.ts';

const PAGE = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8');
const OPS: Readonly<Record<string, string>> = {
  '`status` of one command': 'status',
  '`status` of the daemon': 'summary',
  events: 'events',
};

test('docs/operate/clients.md names all that the role read may do', () => {
  const page = readFileSync(new URL('../../docs/operate/clients.md', import.meta.url), 'utf8');
  const [, cell = ''] = /^\| `read` \| (.*) \|$/m.exec(page) ?? [];
  const may = [...OPERATION_NAMES, 'events'].filter((op) => mayDo('read', op));
  expect(may.filter((op) => !new RegExp(`\\b${op}\\b`).test(cell))).toEqual([]);
});

test('the table by role is that of the code, and has every op', () => {
  const section = /## By role\n(.*?)\n## /s.exec(PAGE)?.[1] ?? '';
  const [, , ...rows] = section.split('\n').filter((line) => line.startsWith('|'));
  const shown = rows.map((row) => {
    const [may = '', ...marks] = row
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, -1);
    return [OPS[may] ?? may.replaceAll('`', ''), ...marks];
  });
  expect(new Set(shown.map(([op]) => op))).toEqual(
    new Set([...OPERATION_NAMES, 'events', 'summary']),
  );
  const expected = shown.map(([op = '']) => [
    op,
    ...ROLES.map((role) => (mayDo(role, op) ? 'yes' : '–')),
  ]);
  expect(shown).toEqual(expected);
});
