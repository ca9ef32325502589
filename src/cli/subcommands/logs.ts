/** `lockstep logs`: the last lines of the daemon's log, wherever the daemon runs. */

import { LOG_LEVELS } from '../../protocol/answers/log-lines.ts';
import { fullId } from '../input/full-id.ts';
import { wholeNumber } from '../input/number.ts';
import { runLogs } from '../logs/run.ts';
import { FILTER, given } from '../operate/filter.ts';
import { subcommand } from '../subcommand.ts';
import { withDaemon } from '../with-daemon.ts';

const LIMIT_MAX = 1000;

export const logs = subcommand({
  usage: 'logs',
  describe: 'Show the last lines of the log of the daemon',
  positionals: {},
  options: {
    follow: { type: 'boolean', alias: 'f', describe: 'Go on with the lines that come' },
    id: {
      type: 'string',
      requiresArg: true,
      describe: 'Only lines about this command',
      group: FILTER,
    },
    level: {
      choices: LOG_LEVELS,
      requiresArg: true,
      describe: 'Only lines of this level, and graver ones',
      group: FILTER,
    },
    thread: {
      type: 'string',
      requiresArg: true,
      describe: 'Only lines of this thread: main, coordinator, executor-1',
      group: FILTER,
    },
    limit: {
      type: 'string',
      requiresArg: true,
      describe: `How many of the last lines, 1 to ${LIMIT_MAX}`,
      defaultDescription: '100',
      group: FILTER,
    },
  },
  examples: [
    ['$0 logs --follow', 'as the lines come, also from a container'],
    ['$0 logs --level warn --limit 1000', 'troubles among the last lines'],
    ['$0 logs --id order-17', 'what the log has about one command'],
  ],
  async run({ id, level, thread, limit, follow = false, ...args }, terminal) {
    const most = limit === undefined ? undefined : wholeNumber('limit', limit, LIMIT_MAX);
    return withDaemon(args, terminal, async (client) => {
      const about = id === undefined ? undefined : await fullId(client, id);
      const query = given({ level, thread, limit: most, id: about });
      return runLogs(client, { query, follows: follow }, terminal);
    });
  },
});
