/** What needs the attention of an operator now, the worst first: from the state of the daemon alone. */

import { isNearlyFull } from '../../protocol/accepting.ts';
import type { BreakerView, SummaryAnswer } from '../../protocol/answer.ts';
import { countText, pluralText } from '../text/numbers.ts';

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
    const advice =
      'Each is retried until it succeeds. Open it: its story shows the node that fails. Fix that node.';
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
    const advice = 'Its commands wait, and their deadlines run on.';
    yield { tone: 'warn', text: `The lane ${lane} is paused${by}`, advice, href: '/#lanes' };
  }
}

/** `22 failures in a row, the last: connect ECONNREFUSED 10.0.0.2:80`. */
function causeOf({ cause = 'it has failed', lastError }: BreakerView): string {
  return lastError === undefined || cause.includes(lastError)
    ? cause
    : `${cause}, the last: ${lastError}`;
}

const FORCED = 'New commands are refused until the breaker is closed.';
const OPENED =
  'Bring the node back: it is tried every few seconds, and the breaker then closes by itself. Until then new commands are refused; drain the node to let them wait.';

function* ofNodes({
  nodes,
  missingNodes = {},
  nodesBefore,
  audit,
}: SummaryAnswer): Generator<Problem> {
  for (const [name, { breaker, drained, retired }] of Object.entries(nodes)) {
    if (retired !== undefined) {
      const advice = 'Take it out of the configuration and restart the daemon.';
      const by = retired.by === undefined ? '' : ` by ${retired.by}`;
      const text = `${name} is retired${by}, and still configured: new commands are refused`;
      yield { tone: 'bad', text, advice, href: '/nodes' };
    }
    if (drained !== undefined) {
      const by = drained.by === undefined ? '' : ` by ${drained.by}`;
      const advice = 'New commands wait for it.';
      yield { tone: 'warn', text: `${name} is drained${by}`, advice, href: '/nodes' };
    }
    if (breaker.state === 'closed') continue;
    const why = breaker.forced === true ? 'an operator opened it' : causeOf(breaker);
    // Half open while the node is tried: until it is closed, it is the same problem, announced once.
    const advice = breaker.forced === true ? FORCED : OPENED;
    const text = `The breaker of ${name} is open: ${why}`;
    yield { tone: 'bad', text, advice, href: '/nodes' };
  }
  for (const [name, count] of Object.entries(missingNodes)) {
    const text = `${pluralText(count, 'open command needs', 'open commands need')} ${name}, which is not configured`;
    const advice = 'Configure it again; if it is gone for good, retire it.';
    yield { tone: 'bad', text, advice, href: '/nodes' };
  }
  if (nodesBefore !== undefined) {
    yield {
      tone: 'warn',
      text: `The nodes have changed since the last run: they were ${nodesBefore}`,
    };
  }
  if (audit !== undefined && audit.divergent > 0) {
    const text = `${pluralText(audit.divergent, 'key differs', 'keys differ')} between the nodes and the journal`;
    const advice = 'An audit names them, and repairs them after a question.';
    yield { tone: 'bad', text, advice, href: '/audit' };
  }
}

function* ofDaemon(status: SummaryAnswer): Generator<Problem> {
  const { refusal, unsupervised, unprotected, clientListFault, open, openMax } = status;
  if (refusal !== undefined && refusal.reason !== 'breaker') {
    const hint = refusal.hint === undefined ? {} : { advice: refusal.hint };
    yield { tone: 'bad', text: `New commands are not accepted: ${refusal.message}`, ...hint };
  }
  if (isNearlyFull(status) && refusal?.reason !== 'full') {
    const text = `${countText(open)} of at most ${pluralText(openMax, 'command is', 'commands are')} open`;
    const advice =
      'Beyond that, new ones are answered busy. See what waits in which lane; pause it, or cancel by a filter.';
    yield { tone: 'warn', text, advice, href: '/commands?state=accepted&state=applying' };
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
