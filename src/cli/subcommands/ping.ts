import { isError } from '../../protocol/answer.ts';
import { errorText } from '../answer-text.ts';
import { durationText } from '../duration.ts';
import { EXIT, exitOfReply } from '../exit-code.ts';
import { subcommand, withDaemon } from '../subcommand.ts';
import { plain } from '../terminal.ts';

export const ping = subcommand({
  usage: 'ping',
  describe: 'Whether the daemon is there and ready',
  positionals: {},
  options: {},
  examples: [['$0 ping --timeout 500ms', 'do not look for longer than half a second']],
  run: (args, terminal) =>
    withDaemon(args, async (client) => {
      const begun = performance.now();
      const answer = await client.ping();
      const tookMs = performance.now() - begun;
      if (args.json) await terminal.json(answer);
      else if (isError(answer)) terminal.note(errorText(answer, terminal));
      else {
        const ready = answer.ready ? terminal.paint('green', 'ready') : 'not ready';
        const who = `lockstepd ${plain(answer.version)}, pid ${answer.pid}`;
        await terminal.line(`${who}: ${ready}, answered in ${durationText(tookMs)}`);
      }
      if (isError(answer)) return exitOfReply(answer);
      return answer.ready ? EXIT.done : EXIT.notDone;
    }),
});
