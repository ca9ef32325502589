import { isError, type StatsAnswer } from '../../protocol/answer.ts';
import { EXIT, exitOfReply } from '../exit-code.ts';
import { whileWaiting } from '../output/progress.ts';
import { print } from '../output/show.ts';
import { table } from '../output/table.ts';
import { plain, type Terminal } from '../output/terminal.ts';
import { subcommand } from '../subcommand.ts';
import { withDaemon } from '../with-daemon.ts';

export const stats = subcommand({
  usage: 'stats',
  describe: 'Count the records of each node, and check that all hold the same',
  positionals: {},
  options: {},
  examples: [['$0 stats', 'exit code 0 only if all nodes agree']],
  run: (args, terminal) =>
    withDaemon(args, terminal, async (client) => {
      const answer = await whileWaiting(terminal, 'counting the records', client.stats());
      await print(answer, { text: (stats) => statsText(stats, terminal) }, terminal);
      if (isError(answer)) return exitOfReply(answer);
      return answer.consistent === true ? EXIT.done : EXIT.notDone;
    }),
});

/** `consistent: yes` and a row a node. */
function statsText(answer: StatsAnswer, terminal: Terminal): string {
  const nodes = Object.entries(answer.nodes);
  const failing = nodes.some(([, { error, skipped }]) => (error ?? skipped) !== undefined);
  const rows = nodes.map(([name, { count, error, skipped }]) => [
    plain(name),
    count === undefined ? '?' : String(count),
    ...(failing ? [plain(error ?? skippedText(skipped))] : []),
  ]);
  const columns = [{ title: 'node' }, { title: 'records', align: 'right' } as const];
  const all = failing ? [...columns, { title: 'error' }] : columns;
  const source = answer.reported === true ? ', as the cluster reports itself' : '';
  return `consistent: ${verdict(answer, terminal)}${source}\n\n${table(all, rows, terminal.roomFor())}`;
}

/** Of items that have no key. */
function skippedText(skipped: readonly string[] | undefined): string {
  return skipped === undefined ? '' : `skipped list items without a key: ${skipped.join(' ')}`;
}

function verdict({ consistent }: StatsAnswer, terminal: Terminal): string {
  if (consistent === true) return terminal.paint('green', 'yes');
  if (consistent === false)
    return `${terminal.paint('red', 'no')} (the nodes hold different records)`;
  return `${terminal.paint('yellow', 'unknown')} (not every node answered)`;
}
