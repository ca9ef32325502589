import type { LockstepClient } from '../../client/index.ts';
import type { CommandAnswer, SummaryAnswer } from '../../protocol/answer.ts';
import { fullId } from '../input/full-id.ts';
import { details, isSettled } from '../output/answer-text.ts';
import { show } from '../output/show.ts';
import { summaryText } from '../output/summary-text.ts';
import { plain, type Terminal } from '../output/terminal.ts';
import { subcommand } from '../subcommand.ts';
import { Changes } from '../watch/changes.ts';
import { WATCH, watch } from '../watch/watch.ts';
import { withDaemon } from '../with-daemon.ts';

const NO_ANSWER = 'status: no answer yet';

export const status = subcommand({
  usage: 'status [id]',
  describe: 'Show the state of one command, or of the daemon',
  positionals: {
    id: { type: 'string', describe: 'Id of a command; without it: queues, threads, nodes' },
  },
  options: {
    record: { type: 'boolean', describe: 'Also show the record that the command creates' },
    story: {
      type: 'boolean',
      describe: 'Also show what happened: waits, attempts, acts of operators',
    },
    ...WATCH,
  },
  examples: [
    ['$0 status', 'queues, threads, nodes'],
    ['$0 status order-17', 'one command, node by node'],
    ['$0 status order-17 --record', 'with the content of its record'],
    ['$0 status order-17 --story', 'why it took long, or failed'],
    ['$0 status order-17 --watch', 'until it is settled'],
  ],
  run: (args, terminal) =>
    withDaemon(args, terminal, async (client): Promise<number> => {
      if (args.id === undefined) return ofDaemon(client, args, terminal);
      const { record = false, story = false, watch: isWatched = false, every } = args;
      const id = await fullId(client, args.id);
      return ofCommand(client, { id, record, story, isWatched, every }, terminal);
    }),
});

interface Asked {
  readonly id: string;
  readonly record: boolean;
  readonly story: boolean;
  readonly isWatched: boolean;
  readonly every: string | undefined;
}

function ofCommand(
  client: LockstepClient,
  { id, isWatched, every, ...fields }: Asked,
  terminal: Terminal,
): Promise<number> {
  const ask = () => client.status(id, fields);
  const text = (answer: CommandAnswer) => details(answer, terminal);
  if (!isWatched) {
    const ids = (answer: CommandAnswer) => [plain(answer.id)];
    return show(ask(), { title: NO_ANSWER, text, ids }, terminal);
  }
  const seen = new Changes();
  const changes = (answer: CommandAnswer) =>
    seen.isNew(id, answer) ? [{ text: text(answer), value: answer, id }] : [];
  const watched = { title: `lockstep status ${plain(id)}`, every, ask, text, changes };
  return watch({ ...watched, isLast: isSettled }, terminal);
}

function ofDaemon(
  client: LockstepClient,
  {
    watch: isWatched,
    every,
  }: { readonly watch: boolean | undefined; readonly every: string | undefined },
  terminal: Terminal,
): Promise<number> {
  const ask = () => client.summary();
  const text = (answer: SummaryAnswer) => summaryText(answer, terminal);
  if (isWatched !== true) return show(ask(), { title: NO_ANSWER, text }, terminal);
  const seen = new Changes();
  const changes = (answer: SummaryAnswer) =>
    seen.isNew('', answer) ? [{ text: text(answer), value: answer }] : [];
  return watch({ title: 'lockstep status', every, ask, text, changes }, terminal);
}
