/** Events of the daemon as text, one line each. */
import type { DaemonEvent, UnknownEvent } from '../../protocol/event.ts';
import { acceptingText } from './accepting-text.ts';
import { actText } from './acts-text.ts';
import { headline, responsesText } from './answer-text.ts';
import { plain, type Terminal } from './terminal.ts';

/** `2026-11-30T08:00:00.000Z  command.committed  create 5: committed in 4 ms, id …`. */
export function eventText(event: DaemonEvent | UnknownEvent, terminal: Terminal): string {
  const topic = terminal.paint('bold', plain(event.topic));
  if (event.kind === 'unknown') return `${topic}  ${plain(JSON.stringify(event.payload))}`;
  return `${plain(event.payload.at)}  ${topic}  ${detailOf(event, terminal)}`;
}

function detailOf(event: DaemonEvent, terminal: Terminal): string {
  switch (event.kind) {
    case 'command': {
      const responses = responsesText(event.payload);
      const why = responses === '' ? '' : `, ${responses}`;
      return `${headline(event.payload, terminal)}, id ${plain(event.payload.id)}${why}`;
    }
    case 'breaker': {
      const { from, state, cause } = event.payload;
      return `${from} to ${state}${cause === undefined ? '' : `: ${plain(cause)}`}`;
    }
    case 'daemon': {
      const { refusal } = event.payload;
      const why = refusal === undefined ? '' : `: ${plain(refusal.message)}`;
      return `${acceptingText(event.payload, terminal)}${why}`;
    }
    case 'lane': {
      const { paused, by } = event.payload;
      return `${paused ? 'paused' : 'resumed'}${by === undefined ? '' : ` by ${plain(by)}`}`;
    }
    case 'node': {
      const { drained, retired, by } = event.payload;
      const stops = [...(retired ? ['retired'] : []), ...(drained ? ['drained'] : [])];
      const state = stops.length === 0 ? 'in use again' : stops.join(' and ');
      return `${state}${by === undefined ? '' : ` by ${plain(by)}`}`;
    }
    case 'thread':
      return event.payload.state;
    case 'audit':
      return `${event.payload.divergent} of ${event.payload.checked} keys differ`;
    case 'act':
      return actText(event.payload);
  }
}
