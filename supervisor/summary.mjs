/**
 * The last output of `npm start`: the processes, their addresses and logs, and how to stop them.
 */
import { join, relative } from 'node:path';
import { pageLink } from './page-link.mjs';

/**
 * @param {{ readonly running: readonly import('./bring-up.mjs').RunningApp[],
 *   readonly places: import('./places.cjs').Places,
 *   readonly addresses: import('./addresses.mjs').Addresses }} what
 */
export function printSummary({ running, places, addresses }) {
  const { root, data } = places;
  const where = new Map([
    ['lockstepd', [addresses.endpoint, `events ${addresses.events}`, `ops ${addresses.ops}`]],
    ['nodesim', [addresses.nodes]],
  ]);
  const rows = running.flatMap(({ name, pid, log }) =>
    (where.get(name) ?? ['']).map((address, index) =>
      index === 0 ? [name, String(pid), address, relative(root, log)] : ['', '', address, ''],
    ),
  );
  console.log('lockstep is running.\n');
  for (const line of aligned([['app', 'pid', 'where', 'log'], ...rows])) console.log(`  ${line}`);
  const prefix = data === join(root, 'data') ? '' : `LOCKSTEP_DATA_DIR=${quoted(data)} `;
  console.log(`\n  data  ${data}`);
  console.log(`  page  ${pageLink(root) ?? 'bin/lockstep page'}`);
  if (addresses.file)
    console.log(`  note  ${addresses.file} may name other addresses of lockstepd`);
  console.log('  try   bin/lockstep --help');
  console.log(`  stop  ${prefix}npm stop`);
}

/** @param {readonly (readonly string[])[]} rows */
function aligned(rows) {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/**
 * As a shell reads it back.
 *
 * @param {string} word
 */
function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
