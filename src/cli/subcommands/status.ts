import { isError } from '../../protocol/answer.ts';
import { exitOfReply } from '../exit-code.ts';
import { details, errorText } from '../output/answer-text.ts';
import { summaryText } from '../output/summary-text.ts';
import { subcommand, withDaemon } from '../subcommand.ts';

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
  },
  examples: [
    ['$0 status', 'queues, threads, nodes'],
    ['$0 status order-17', 'one command, node by node'],
    ['$0 status order-17 --record', 'with the content of its record'],
    ['$0 status order-17 --story', 'why it took long, or failed'],
  ],
  run: (args, terminal) =>
    withDaemon(args, async (client) => {
      if (args.id === undefined) {
        const answer = await client.summary();
        if (args.json) await terminal.json(answer);
        else if (isError(answer)) terminal.note(errorText(answer, terminal));
        else await terminal.line(summaryText(answer, terminal));
        return exitOfReply(answer);
      }
      const { record = false, story = false } = args;
      const answer = await client.status(args.id, { record, story });
      if (args.json) await terminal.json(answer);
      else if (isError(answer)) terminal.note(errorText(answer, terminal));
      else await terminal.line(details(answer, terminal));
      return exitOfReply(answer);
    }),
});
