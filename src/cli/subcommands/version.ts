/** `lockstep version`: of this program, and of the daemon. */
import { isError, type LockstepClient } from '../../client/index.ts';
import { packageVersion } from '../../config/version.ts';
import { EXIT, exitOfReply } from '../exit-code.ts';
import { exitOfFault, faultJson, isFault, printFault } from '../fault.ts';
import { printError } from '../output/show.ts';
import { plain, type Terminal } from '../output/terminal.ts';
import { subcommand } from '../subcommand.ts';
import { withDaemon } from '../with-daemon.ts';

export const version = subcommand({
  usage: 'version',
  describe: 'Show the versions of this program and of the daemon',
  positionals: {},
  options: {
    client: { type: 'boolean', describe: 'Only this program: no daemon is looked for' },
  },
  examples: [['$0 version --client', 'works without a daemon']],
  async run(args, terminal) {
    const client = packageVersion();
    const isText = !terminal.isJson;
    if (isText) await terminal.value(`lockstep ${client}`);
    if (args.client === true) {
      if (!isText) await terminal.json({ client });
      return EXIT.done;
    }
    try {
      return await withDaemon(args, terminal, (daemon) => showDaemon(daemon, client, terminal));
    } catch (error) {
      if (!isFault(error)) throw error;
      if (isText) printFault(error, terminal);
      else await terminal.json({ client, ...faultJson(error) });
      return exitOfFault(error);
    }
  },
});

async function showDaemon(daemon: LockstepClient, client: string, terminal: Terminal) {
  const answer = await daemon.ping();
  if (isError(answer)) {
    await printError(answer, terminal);
    return exitOfReply(answer);
  }
  if (terminal.isJson) await terminal.json({ client, daemon: answer.version });
  else await terminal.value(`lockstepd ${plain(answer.version)}`);
  return EXIT.done;
}
