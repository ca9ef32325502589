import { isError } from '../../protocol/answer.ts';
import { EXIT, exitOfReply } from '../exit-code.ts';
import { durationText } from '../input/duration.ts';
import { acceptingText, refusedText } from '../output/accepting-text.ts';
import { errorText } from '../output/answer-text.ts';
import { plain } from '../output/terminal.ts';
import { subcommand, withDaemon } from '../subcommand.ts';

export const ping = subcommand({
  usage: 'ping',
  describe: 'Check that the daemon runs and accepts new commands',
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
        const who = `lockstepd ${plain(answer.version)}, pid ${answer.pid}`;
        const took = `answered in ${durationText(tookMs)}`;
        await terminal.line(`${who}: ${acceptingText(answer, terminal)}, ${took}`);
        if (answer.refusal !== undefined) await terminal.line(refusedText(answer.refusal));
      }
      if (isError(answer)) return exitOfReply(answer);
      return answer.accepting ? EXIT.done : EXIT.notDone;
    }),
});
