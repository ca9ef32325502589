/**
 * Controls one thread of a running daemon from outside, through Node's own inspector, so that the
 * daemon needs no switch for it. Start it with `env: INSPECTED`; or with `env: INSPECTABLE`, and
 * let `openInspector` open it when it is needed.
 *
 *     await evaluateIn(daemon, 'executor-1', BUSY_LOOP);
 */
import { vi } from 'vitest';
import type { Daemon } from './daemon.ts';

export const INSPECTED = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };
/** SIGUSR1 opens the inspector, on a port of its own. */
export const INSPECTABLE = { NODE_OPTIONS: '--inspect-port=127.0.0.1:0' };
/** Crashes a thread in its next event-loop turn. */
export function crash(message = 'out of the blue'): string {
  return `setTimeout(() => { throw new Error('${message}'); }); 0`;
}
/** Hangs a thread's event loop from its next turn on. */
export const BUSY_LOOP = 'setTimeout(function hangsHere() { for (;;); }); 0';

const SEEN_MS_MAX = 10_000;

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: {
    readonly sessionId: string;
    readonly workerInfo?: { readonly title: string };
    readonly message?: string;
  };
  readonly result?: { readonly exceptionDetails?: unknown };
}

/** Evaluates the expression in the thread; resolves when it has done so. */
export async function evaluateIn(
  daemon: Pick<Daemon, 'output'>,
  thread: string,
  expression: string,
): Promise<void> {
  const url = [...daemon.output.matchAll(/Debugger listening on (ws:\S+)/g)].at(-1)?.[1];
  if (url === undefined) throw new Error('the daemon was not started with INSPECTED');
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error(`nobody listens on ${url}`));
  });
  try {
    await new Connection(socket).run(thread, expression);
  } finally {
    // A process waits for its debugger when it exits.
    socket.close();
  }
}

/** @param output returns the output of the process so far */
export async function openInspector(pid: number, output: () => string): Promise<void> {
  const before = output().length;
  process.kill(pid, 'SIGUSR1');
  const isOpen = () => output().slice(before).includes('Debugger listening on');
  await vi.waitUntil(isOpen, SEEN_MS_MAX);
}

class Connection {
  readonly #socket: WebSocket;
  /** Session of each worker, by name. */
  readonly #sessions = new Map<string, string>();
  readonly #answers = new Map<number, Message>();
  #last = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(String(data)) as Message);
    this.#post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  }

  async run(thread: string, expression: string): Promise<void> {
    const id = ++this.#last;
    const message = { id, method: 'Runtime.evaluate', params: { expression } };
    if (thread === 'main') this.#socket.send(JSON.stringify(message));
    else {
      await vi.waitUntil(() => this.#sessions.has(thread), SEEN_MS_MAX);
      const sessionId = this.#sessions.get(thread);
      this.#post('NodeWorker.sendMessageToWorker', { sessionId, message: JSON.stringify(message) });
    }
    await vi.waitUntil(() => this.#answers.has(id), { timeout: SEEN_MS_MAX, interval: 5 });
    const { exceptionDetails } = this.#answers.get(id)?.result ?? {};
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
  }

  #post(method: string, params: object): void {
    this.#socket.send(JSON.stringify({ id: ++this.#last, method, params }));
  }

  #hear({ id, method, params, ...rest }: Message): void {
    if (method === 'NodeWorker.attachedToWorker' && params?.workerInfo !== undefined) {
      // `[worker 3] executor-1`
      const name = params.workerInfo.title.replace(/^\[worker \d+\] /, '');
      this.#sessions.set(name, params.sessionId);
    } else if (method === 'NodeWorker.receivedMessageFromWorker') {
      this.#hear(JSON.parse(params?.message ?? '{}') as Message);
    } else if (id !== undefined) this.#answers.set(id, rest);
  }
}
