import { durationText } from '../../base/time/duration-text.ts';
import { isError, type PingAnswer } from '../../protocol/answer.ts';
import { EXIT, exitOfReply } from '../exit-code.ts';
import { acceptingText, refusedText } from '../output/accepting-text.ts';
import { print } from '../output/show.ts';
import { plain } from '../output/terminal.ts';
import { subcommand } from '../subcommand.ts';
import { withDaemon } from '../with-daemon.ts';

export const ping = subcommand({
  usage: 'ping',
  describe: 'Check that the daemon runs and accepts new commands',
  positionals: {},
  options: {},
  examples: [['$0 ping --timeout 500ms', 'do not look for longer than half a second']],
  run: (args, terminal) =>
    withDaemon(args, terminal, async (client) => {
      const begun = performance.now();
      const answer = await client.ping();
      const tookMs = performance.now() - begun;
      const text = (pong: PingAnswer): string => {
        const who = `lockstepd ${plain(pong.version)}, pid ${pong.pid}`;
        const took = `answered in ${durationText(tookMs)}`;
        const first = `${who}: ${acceptingText(pong, terminal)}, ${took}`;
        return pong.refusal === undefined ? first : `${first}\n${refusedText(pong.refusal)}`;
      };
      await print(answer, { text }, terminal);
      if (isError(answer)) return exitOfReply(answer);
      return answer.accepting ? EXIT.done : EXIT.notDone;
    }),
});
