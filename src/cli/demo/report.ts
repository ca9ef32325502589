/** What the demo says in the end. */
import type { StatsAnswer } from '../../protocol/answer.ts';
import { type BulkRun, bulkSummary } from '../bulk-summary.ts';
import { indent, table } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import type { NodeCalls } from './node-calls.ts';

export interface DemoResult {
  readonly run: BulkRun;
  readonly stats: StatsAnswer;
  readonly calls: ReadonlyMap<string, NodeCalls>;
  readonly ok: boolean;
  /** Where the services write. */
  readonly logs: string;
}

export function demoReport(result: DemoResult, terminal: Terminal): string {
  const { run, stats, ok, logs } = result;
  const agree = stats.consistent === true ? 'yes' : 'no';
  return [
    bulkSummary(run, terminal),
    `consistent: ${terminal.paint(agree === 'yes' ? 'green' : 'red', agree)}`,
    indent(nodeTable(result)),
    overcome(result),
    verdict(ok, terminal),
    next(logs),
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
  const end =
    run.tally.failed === 0 ? 'and all of them were overcome' : 'see above what came of it';
  return `${failed} of ${made} calls to nodes failed (${share} %), ${end}.`;
}

function verdict(ok: boolean, terminal: Terminal): string {
  if (ok) return terminal.paint('green', 'All records are on all nodes.');
  return terminal.paint('red', 'Not all records are on all nodes.');
}

const next = (logs: string) => `Look next:
  bin/lockstep stats               do all nodes hold the same?
  bin/lockstep create-one 100      one more record, with nodes that fail
  bin/lockstep delete 0..99        all of them off again
  bin/lockstep status              queues, threads, nodes
  bin/lockstep --help              all there is
  ${logs.padEnd(31)}  what the services wrote
  docs/protocol.md                 commands from a program of yours

Daemon and simulated nodes go on running; npm stop ends them.`;
