/** The final report of the demo. */
import { relative } from 'node:path';
import type { StatsAnswer } from '../../protocol/answer.ts';
import { type BulkRun, bulkSummary } from '../bulk/summary.ts';
import { indent, table } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import type { NodeCalls } from './node-calls.ts';
import type { Services } from './services.ts';

export interface DemoResult {
  readonly run: BulkRun;
  readonly stats: StatsAnswer;
  readonly calls: ReadonlyMap<string, NodeCalls>;
  readonly ok: boolean;
  readonly services: Services;
}

export function demoReport(result: DemoResult, terminal: Terminal): string {
  const { run, stats, ok, services } = result;
  const agree = stats.consistent === true ? 'yes' : 'no';
  return [
    bulkSummary(run, terminal),
    `consistent: ${terminal.paint(agree === 'yes' ? 'green' : 'red', agree)}`,
    indent(nodeTable(result)),
    overcome(result),
    verdict(ok, terminal),
    next(services),
  ].join('\n\n');
}

function nodeTable({ stats, calls }: DemoResult): string {
  const rows = Object.entries(stats.nodes).map(([name, { count, error }]) => {
    const { calls: made = 0, failed = 0 } = calls.get(name) ?? {};
    return [
      name,
      count === undefined ? (error ?? '?') : String(count),
      String(made),
      String(failed),
    ];
  });
  const numbers = ['records', 'calls', 'failed calls'];
  const right = numbers.map((title) => ({ title, align: 'right' }) as const);
  return table([{ title: 'node' }, ...right], rows);
}

function overcome({ calls, run }: DemoResult): string {
  const all = [...calls.values()];
  const made = all.reduce((sum, node) => sum + node.calls, 0);
  const failed = all.reduce((sum, node) => sum + node.failed, 0);
  const share = made === 0 ? 0 : Math.round((100 * failed) / made);
  const end = run.tally.failed === 0 ? 'and retries overcame all of them' : 'see the results above';
  return `${failed} of ${made} calls to nodes failed (${share} %), ${end}.`;
}

function verdict(ok: boolean, terminal: Terminal): string {
  if (ok) return terminal.paint('green', 'All records are on all nodes.');
  return terminal.paint('red', 'Not all records are on all nodes.');
}

function next({ endpoint, logs }: Services): string {
  const words = (line: string) => `bin/lockstep ${line} --endpoint ${endpoint}`;
  const steps = [
    [words('stats'), 'do all nodes hold the same?'],
    [words('create-one 100'), 'one more record, with nodes that fail'],
    [words('delete 0..99 --yes'), 'delete them all again'],
    [words('status'), 'queues, threads, nodes'],
    ['bin/lockstep --help', 'all commands and options'],
    [relative('', logs), 'the logs of the services'],
    ['docs/protocol.md', 'send commands from your own program'],
  ];
  const width = Math.max(...steps.map(([what = '']) => what.length));
  const lines = steps.map(([what = '', why]) => `  ${what.padEnd(width)}  ${why}`);
  return `Look next:\n${lines.join('\n')}\n
The daemon and the simulated nodes run until npm stop or the next demo.
npm start starts another daemon, for your own records, on the usual ports.`;
}
