/**
 * Finds the place where a thread hangs: main pauses it by V8's debugger, which interrupts even a
 * busy loop, and reads its stack. A thread that hangs in native code cannot be paused; then the
 * place is unknown.
 *
 * Only for a thread that is lost anyway: its work continues for another moment, at most `waitMs`.
 */
import { Session } from 'node:inspector';
import { type Hang, MAIN } from './threads.ts';

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly location: { readonly lineNumber: number };
}

/** A message of a thread's debugger. */
interface DebuggerMessage {
  readonly method?: string;
  readonly params?: { readonly callFrames?: readonly CallFrame[] };
}

const FRAMES_MAX = 12;
/** The thread is already lost: the end of the daemon waits this long too. */
const STACK_MS = 600;

/** The hang, with its stack if that can be read. Never rejects: a missing stack is no failure. */
export async function explainHang(hang: Hang): Promise<Hang> {
  // A thread without progress turns its loop: its stack at this moment explains nothing.
  if (hang.kind !== 'hung' || hang.thread === MAIN) return hang;
  const stack = await hungStack(hang.thread, STACK_MS).catch(() => undefined);
  return stack === undefined ? hang : { ...hang, stack };
}

/** @returns the frames, innermost first, or undefined if they cannot be read in time */
async function hungStack(name: string, waitMs: number): Promise<string | undefined> {
  const session = new Session();
  const seen = Promise.withResolvers<string | undefined>();
  const timer = setTimeout(() => seen.resolve(undefined), waitMs);
  let send: (method: string) => void = () => {};
  session.on('NodeWorker.attachedToWorker', ({ params }) => {
    // `[worker 3] executor-1`
    if (!params.workerInfo.title.endsWith(`] ${name}`)) return;
    send = (method) => post(session, params.sessionId, method);
    send('Debugger.enable');
    send('Debugger.pause');
  });
  session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
    const { method, params: detail }: DebuggerMessage = JSON.parse(params.message);
    if (method === 'Debugger.paused') seen.resolve(framesOf(detail?.callFrames ?? []));
  });
  try {
    session.connect();
    session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
    return await seen.promise;
  } finally {
    clearTimeout(timer);
    // A thread that stays paused would delay the exit of the process.
    send('Debugger.resume');
    send('Debugger.disable');
    session.disconnect();
  }
}

function post(session: Session, sessionId: string, method: string): void {
  const message = JSON.stringify({ id: 1, method });
  session.post('NodeWorker.sendMessageToWorker', { sessionId, message }, () => {});
}

function framesOf(frames: readonly CallFrame[]): string {
  return frames
    .slice(0, FRAMES_MAX)
    .map(({ functionName, url, location }) => {
      return `at ${functionName || '<anonymous>'} (${url}:${location.lineNumber + 1})`;
    })
    .join(' ');
}
