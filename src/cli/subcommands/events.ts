/** `lockstep events`: what happens, as it happens. */
import { targetOf } from '../context/target.ts';
import { runEvents } from '../events/run.ts';
import { UsageError } from '../exit-code.ts';
import { fullId } from '../input/full-id.ts';
import { wholeNumber } from '../input/number.ts';
import { EVENTS_ENDPOINT } from '../input/options.ts';
import { FILTER } from '../operate/filter.ts';
import { subcommand } from '../subcommand.ts';
import { withDaemon } from '../with-daemon.ts';

export const events = subcommand({
  usage: 'events [topics..]',
  describe: 'Show the events of the daemon as they come',
  positionals: {
    topics: {
      type: 'string',
      array: true,
      describe: 'Beginnings of topics: command, command.stuck, breaker.node01; all if none',
    },
  },
  options: {
    id: {
      type: 'string',
      requiresArg: true,
      describe: 'Only events of this command',
      group: FILTER,
    },
    limit: {
      type: 'string',
      requiresArg: true,
      describe: 'End after so many events',
      defaultDescription: 'no limit',
      group: FILTER,
    },
    ...EVENTS_ENDPOINT,
  },
  examples: [
    ['$0 events', 'everything, until Ctrl-C'],
    ['$0 events command.rolled_back command.stuck', 'commands in trouble'],
    ['$0 events breaker -o jsonl', 'breakers, a line of JSON each'],
  ],
  async run({ topics = [], id, limit, ...args }, terminal) {
    const most = limit === undefined ? Number.POSITIVE_INFINITY : wholeNumber('limit', limit);
    const place = { env: process.env, cwd: process.cwd() };
    const { endpoint, eventsEndpoint } = await targetOf(args, place);
    if (eventsEndpoint === undefined) {
      throw new UsageError(
        `where the daemon at ${endpoint} publishes its events is not known: add --events-endpoint`,
      );
    }
    return withDaemon(args, terminal, async (client) => {
      const only = id === undefined ? undefined : await fullId(client, id);
      const job = { topics, id: only, limit: most, endpoint: eventsEndpoint };
      return runEvents(client, job, terminal);
    });
  },
});
