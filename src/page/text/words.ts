/** What the words of the protocol mean, for people. */
import type { ActKind } from '../../core/act.ts';
import type { SagaState } from '../../core/model.ts';
import type { FindingKind } from '../../protocol/answer.ts';
import type { RetiredCourse } from '../../protocol/answers/retiring.ts';

export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'calm';

interface Word {
  readonly label: string;
  readonly tone: Tone;
  readonly meaning: string;
}

export const STATES: Readonly<Record<SagaState, Word>> = {
  accepted: { label: 'accepted', tone: 'calm', meaning: 'It waits: nothing was changed yet.' },
  applying: {
    label: 'applying',
    tone: 'busy',
    meaning: 'It is being applied to all nodes, or waits for a free slot.',
  },
  compensating: {
    label: 'rolling back',
    tone: 'warn',
    meaning: 'Every node is being brought back to its state before the command.',
  },
  committed: { label: 'committed', tone: 'good', meaning: 'All nodes are as the command wants.' },
  rolled_back: {
    label: 'rolled back',
    tone: 'warn',
    meaning: 'All nodes are as they were before the command.',
  },
  refused: { label: 'refused', tone: 'calm', meaning: 'No node was changed.' },
  abandoned: {
    label: 'abandoned',
    tone: 'bad',
    meaning: 'An operator gave it up. The nodes may differ: run an audit.',
  },
};

export const ALL_STATES = Object.keys(STATES) as readonly SagaState[];
export const OPEN_STATES: readonly SagaState[] = ['accepted', 'applying', 'compensating'];

export const REASONS: Readonly<Record<string, string>> = {
  already_exists: 'all nodes hold the key already, by another command',
  not_found: 'no node holds the key',
  diverged: 'some nodes hold the key and others do not',
  deadline: 'it was not done before its deadline',
  different: 'a node holds the key with another content',
  node_refused: 'a node refused it',
  cancelled: 'it was cancelled',
};

interface Answer {
  readonly tone: Tone;
  readonly meaning: string;
}

/** The results of calls to nodes. */
export const ANSWERS: Readonly<Record<string, Answer>> = {
  applied: { tone: 'good', meaning: 'the node did it' },
  present: { tone: 'good', meaning: 'a read found the record' },
  absent: { tone: 'good', meaning: 'a read found no record' },
  gone: { tone: 'good', meaning: 'the node had no such record' },
  perhaps: { tone: 'calm', meaning: 'the node may have it already; a read shows it' },
  unproven: { tone: 'calm', meaning: 'no proof that the node itself answered; a read shows it' },
  deferred: { tone: 'calm', meaning: 'the node acts later; reads show the effect' },
  refused: { tone: 'warn', meaning: 'the node refused it' },
  unsure: { tone: 'bad', meaning: 'the node answered with a failure; it may have done it' },
  lost: { tone: 'bad', meaning: 'no trustworthy answer; it may still take effect' },
  unsent: { tone: 'bad', meaning: 'it was never sent: the node could not be reached' },
  unreadable: { tone: 'bad', meaning: 'a read that shows nothing' },
  malformed: { tone: 'bad', meaning: 'the read shows no record of the key' },
  misnamed: { tone: 'bad', meaning: 'the answer names another key' },
};

export const FINDINGS: Readonly<Record<FindingKind, string>> = {
  missing: 'a node does not hold the key, and should',
  stray: 'a node holds the key, and should not',
  different: 'the nodes hold several contents',
  foreign: 'a node shows another owner than the journal',
  unknown: 'the nodes differ, and the journal does not know the key',
  unread: 'a node could not be read',
};

/** What becomes of commands that name a retired node, behind their number. */
export const RETIRED: Readonly<Record<RetiredCourse, readonly [one: string, many: string]>> = {
  begins: ['command begins on the other nodes', 'commands begin on the other nodes'],
  goes_on: ['command goes on at the other nodes', 'commands go on at the other nodes'],
  rolls_back: [
    'command is rolled back on the other nodes',
    'commands are rolled back on the other nodes',
  ],
  ends: [
    'command is abandoned: it names no other node that is left',
    'commands are abandoned: they name no other node that is left',
  ],
  is_held: [
    'command stays held, and goes on without the node when it is released',
    'commands stay held, and go on without the node when they are released',
  ],
};

export function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

const ACTS: Readonly<Record<ActKind, string>> = {
  retry: 'retry',
  cancel: 'cancel',
  abandon: 'abandon',
  restore_resume: 'resume restored commands',
  restore_abandon: 'abandon restored commands',
  pause: 'pause',
  resume: 'resume',
  breaker_open: 'open breaker',
  breaker_close: 'close breaker',
  breaker_reset: 'reset breaker',
  node_drain: 'drain node',
  node_undrain: 'undrain node',
  node_retire: 'retire node',
  node_unretire: 'take a retired node back',
  repair: 'repair',
  journal_restored: 'journal restored',
  journal_moved: 'journal moved into a database',
  clients_changed: 'clients changed',
};

/** @param act its kind, or the words that the story of a command has for it */
export function actText(act: string): string {
  return isKnown(act) ? ACTS[act] : act;
}

function isKnown(act: string): act is ActKind {
  return Object.hasOwn(ACTS, act);
}
