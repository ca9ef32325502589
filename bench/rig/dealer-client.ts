/**
 * Very many commands in flight from one process, over a plain DEALER: the package's client repeats
 * requests that take long, and would measure its own repeats.
 *
 *   dealer-client.ts ENDPOINT
 *
 * The warm-up of a load begins when the daemon has accepted the full number of commands in flight.
 */
import { Dealer } from 'zeromq';
import { serveTasks } from './subject.ts';

const PATIENT_MS = 60 * 60 * 1000;

const socket = new Dealer({ sendHighWaterMark: 0, receiveHighWaterMark: 0, linger: 0 });
socket.connect(process.argv[2] ?? '');
const waiting = new Map<number, (reply: string) => void>();
let last = 0;
let outgoing: string[][] = [];
let isSending = false;

serveTasks({
  name: 'dealer',
  issue: (groupId, done) => {
    ask({ op: 'create', groupId, deadlineMs: PATIENT_MS }, (reply) => {
      const { state } = JSON.parse(reply) as { state?: string };
      done(state === 'committed' ? undefined : reply);
    });
  },
  // Answered after all requests that were sent before.
  takenIn: () => new Promise((resolve) => ask({ op: 'ping' }, () => resolve())),
});

for await (const [correlation, reply] of socket) {
  const number = Number(String(correlation));
  const done = waiting.get(number);
  waiting.delete(number);
  done?.(String(reply));
}

function ask(request: object, done: (reply: string) => void): void {
  waiting.set(++last, done);
  outgoing.push([String(last), JSON.stringify(request)]);
  if (!isSending) void send();
}

async function send(): Promise<void> {
  isSending = true;
  while (outgoing.length > 0) {
    const messages = outgoing;
    outgoing = [];
    for (const message of messages) await socket.send(message);
  }
  isSending = false;
}
