/** Shows the events of the daemon as they come, until the user ends it. */
import type { LockstepClient, Subscription } from '../../client/index.ts';
import type { DaemonEvent, UnknownEvent } from '../../protocol/event.ts';
import { EXIT } from '../exit-code.ts';
import { interruptible } from '../input/interrupts.ts';
import { eventText } from '../output/event-text.ts';
import { plain, type Terminal } from '../output/terminal.ts';

export interface EventsJob {
  /** Beginnings of topics; none: all events. */
  readonly topics: readonly string[];
  /** Only events of this command. */
  readonly id: string | undefined;
  /** Ends after so many. */
  readonly limit: number;
  readonly endpoint: string;
}

export function runEvents(
  client: LockstepClient,
  job: EventsJob,
  terminal: Terminal,
): Promise<number> {
  const subscription = client.subscribe(job.topics);
  return interruptible(terminal, {
    stopping: '',
    leave: () => {},
    run: async (stop) => {
      const close = (): void => subscription.close();
      stop.addEventListener('abort', close, { once: true });
      terminal.note(`Listening at ${plain(job.endpoint)}; Ctrl-C ends it.`);
      const events = await showAll(subscription, job, terminal);
      const { missed } = subscription;
      if (missed > 0) terminal.note(`${missed} events were missed.`);
      if (terminal.isJson) {
        const summary = { op: 'events', events, missed, complete: missed === 0 };
        await terminal.json({ summary });
      }
      return EXIT.done;
    },
  });
}

async function showAll(
  subscription: Subscription,
  { id, limit }: EventsJob,
  terminal: Terminal,
): Promise<number> {
  let shown = 0;
  for await (const event of subscription) {
    if (id !== undefined && idOf(event) !== id) continue;
    if (terminal.isJson) await terminal.json({ topic: event.topic, ...memberOf(event.payload) });
    else if (terminal.isQuiet) await terminal.value(plain(idOf(event) ?? event.topic));
    else await terminal.line(eventText(event, terminal));
    if (++shown >= limit) break;
  }
  return shown;
}

/** Of a command. */
function idOf({ payload }: DaemonEvent | UnknownEvent): string | undefined {
  const { id }: { readonly id?: unknown } = memberOf(payload);
  return typeof id === 'string' ? id : undefined;
}

function memberOf(payload: unknown): object {
  return typeof payload === 'object' && payload !== null ? payload : { payload };
}
