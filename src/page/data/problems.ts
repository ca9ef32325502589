/** What needs the attention of an operator now, the worst first: from the state of the daemon alone. */
import type { SummaryAnswer } from '../../protocol/answer.ts';
import { pluralText } from '../text/numbers.ts';

export interface Problem {
  readonly tone: 'bad' | 'warn';
  readonly text: string;
  /** Where to look further, on the page. */
  readonly href?: string;
  /** What to do. */
  readonly advice?: string;
}

export function problemsOf(status: SummaryAnswer): readonly Problem[] {
  return [...ofCommands(status), ...ofNodes(status), ...ofDaemon(status)].sort(
    (one, other) => Number(other.tone === 'bad') - Number(one.tone === 'bad'),
  );
}

function* ofCommands({ stuck, parked, held, lanes }: SummaryAnswer): Generator<Problem> {
  if (stuck > 0) {
    const text = `${pluralText(stuck, 'command is', 'commands are')} stuck`;
    const advice = 'Each is retried until it succeeds. Its story shows the node that fails.';
    yield { tone: 'bad', text, advice, href: '/commands?stuck=true' };
  }
  if (parked !== undefined) {
    const text = `${pluralText(parked, 'command is', 'commands are')} parked`;
    const advice = 'The daemon crashed each time it took them up. Retry or abandon them.';
    yield { tone: 'bad', text, advice, href: '/commands?parked=true' };
  }
  if (held !== undefined) {
    const text = `${pluralText(held, 'command is', 'commands are')} held since the journal was restored`;
    yield { tone: 'warn', text, advice: 'Decide with lockstep restore.', href: '/commands' };
  }
  for (const [lane, { paused }] of Object.entries(lanes)) {
    if (paused === undefined) continue;
    const by = paused.by === undefined ? '' : ` by ${paused.by}`;
    yield { tone: 'warn', text: `The lane ${lane} is paused${by}`, href: '/#lanes' };
  }
}

function* ofNodes({
  nodes,
  missingNodes = {},
  nodesBefore,
  audit,
}: SummaryAnswer): Generator<Problem> {
  for (const [name, { breaker, drained, retired }] of Object.entries(nodes)) {
    if (retired !== undefined) {
      const advice = 'Take it out of the configuration and restart the daemon.';
      const text = `${name} is retired, and still configured: new commands are refused`;
      yield { tone: 'bad', text, advice, href: '/nodes' };
    }
    if (drained !== undefined) {
      const by = drained.by === undefined ? '' : ` by ${drained.by}`;
      const advice = 'New commands wait for it.';
      yield { tone: 'warn', text: `${name} is drained${by}`, advice, href: '/nodes' };
    }
    if (breaker.state === 'closed') continue;
    const why =
      breaker.forced === true ? 'an operator opened it' : (breaker.cause ?? 'it has failed');
    const state = breaker.state === 'open' ? 'open' : 'half open';
    yield { tone: 'bad', text: `The breaker of ${name} is ${state}: ${why}`, href: '/nodes' };
  }
  for (const [name, count] of Object.entries(missingNodes)) {
    const text = `${pluralText(count, 'open command needs', 'open commands need')} ${name}, which is not configured`;
    yield { tone: 'bad', text, href: `/commands?node=${encodeURIComponent(name)}` };
  }
  if (nodesBefore !== undefined) {
    yield {
      tone: 'warn',
      text: `The nodes have changed since the last run: they were ${nodesBefore}`,
    };
  }
  if (audit !== undefined && audit.divergent > 0) {
    const text = `${pluralText(audit.divergent, 'key differs', 'keys differ')} between the nodes and the journal`;
    yield { tone: 'bad', text, href: '/audit' };
  }
}

function* ofDaemon(status: SummaryAnswer): Generator<Problem> {
  const { refusal, unsupervised, unprotected, clientListFault } = status;
  if (refusal !== undefined && refusal.reason !== 'breaker') {
    const hint = refusal.hint === undefined ? {} : { advice: refusal.hint };
    yield { tone: 'bad', text: `New commands are not accepted: ${refusal.message}`, ...hint };
  }
  if (unsupervised === true) {
    yield {
      tone: 'bad',
      text: 'pm2 is gone: nothing would restart the daemon',
      advice: 'npm start',
    };
  }
  if (unprotected === true) {
    const advice = 'Use CURVE, or a list of clients.';
    yield {
      tone: 'bad',
      text: 'Other machines can reach the sockets, and nothing protects them',
      advice,
    };
  }
  if (clientListFault !== undefined) {
    yield { tone: 'bad', text: `The list of clients cannot be used: ${clientListFault}` };
  }
}
