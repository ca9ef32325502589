/**
 * Words that were given up as names in `src/` or `bench/`, each with its replacement
 * (docs/glossary.md). A test fails if one comes back.
 */

export interface Word {
  readonly old: string;
  /** The name to use; several where the old word had several meanings. */
  readonly now: string;
  /** `part`: as a part of any name, in lower case. `name`: as the whole name, letter by letter. */
  readonly as: 'part' | 'name';
  /** The folder in which the word is wrong, if not all of `src/`. */
  readonly within?: string;
}

export const BANNED: readonly Word[] = [
  part('util', 'the name of the concept'),
  part('utils', 'the name of the concept'),
  part('helper', 'the name of the concept'),
  part('helpers', 'the name of the concept'),
  part('manager', 'the name of what it does'),
  part('misc', 'the name of the concept'),
  { ...part('errand', 'ClientTask'), within: 'bench/' },
  { ...part('skills', 'TaskHandlers'), within: 'bench/' },
  { ...part('crowd', 'dealer'), within: 'bench/' },
  { ...part('contender', 'subject'), within: 'bench/' },
  name('Turn', 'Batch'),
  name('StandingWords', 'KeyValues'),
  name('OperatorWord', 'OperatorCommand'),
  name('LastWord', 'LatestSettled'),
  name('breaker-word', 'stored-breaker'),
  name('MarksRow', 'TokensRow'),
  name('SagaMark', 'ErrorContext'),
  name('markSaga', 'addErrorContext'),
  { ...name('Request', 'NodeRequest'), within: 'src/core/' },
  { ...name('Answer', 'NodeReply'), within: 'src/core/' },
  { ...name('AnswerKind', 'NodeReplyKind'), within: 'src/core/' },
  { ...name('OpenCommand', 'RecoverableCommand'), within: 'src/journal/' },
  { ...name('LooseRecord', 'StoredLoose'), within: 'src/journal/' },
  { ...name('Upkeep', 'FileUpkeep'), within: 'src/journal/' },
  { ...name('StartError', 'CannotStart'), within: 'src/nodesim/' },
  { ...name('Call', 'NodeCall'), within: 'src/node/' },
  { ...name('Exchange', 'HttpExchange'), within: 'src/node/' },
  { ...name('Line', 'LinkedQueue'), within: 'src/coordinator/' },
  part('judgement', 'classify'),
  part('judge', 'classify'),
  name('AfterReads', 'AfterPoll'),
  name('cleansed', 'selfChecked'),
  name('touched', 'mayHaveChanged'),
  part('desk', 'context, controls'),
  part('suspicion', 'candidates'),
  part('visitor', 'waiter'),
  part('carried', 'responseHandler'),
  name('lastWords', 'latestSettled, farewell'),
  part('said', 'lastResponse'),
  name('marks', 'tokens'),
  part('patience', 'hangTimeouts, defaultTimeout'),
  part('renewal', 'scheduledRestart'),
  name('hurried', 'retry_requested'),
  name('unguarded', 'guardDisproved'),
  name('doubt', 'createInDoubt'),
  part('aside', 'listPool'),
  part('say', 'log, notify, describe'),
  part('tell', 'send, log, notify, describeError'),
  part('sign', 'healthSignal'),
  part('suspect', 'findCandidates'),
  part('front', 'clientSocket, port'),
  part('wording', 'codec'),
  part('hear', 'receive'),
  part('standing', 'status, snapshot, state'),
  part('told', 'sent, logged, notified'),
  part('courier', 'sender'),
  part('places', 'slots'),
  part('telling', 'safeFields'),
];

/** Phrases that pages must not contain (docs/style.md). */
export const PHRASES: readonly Pick<Word, 'old' | 'now'>[] = [
  { old: 'whoever', now: 'the noun: a client, an operator, the caller' },
  { old: 'anew', now: 'again' },
  { old: 'for ever', now: 'forever' },
  { old: 'as good as', now: 'almost' },
  { old: 'be it', now: 'even if, or' },
  { old: 'any more', now: 'no longer' },
];

function part(old: string, now: string): Word {
  return { old, now, as: 'part' };
}

function name(old: string, now: string): Word {
  return { old, now, as: 'name' };
}
