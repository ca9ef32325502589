/**
 * Notifies open pages that there are new figures, by server-sent events: they ask for them then, so that what they show is
 * as young as the figures. A client that has not taken the last word is told nothing further.
 */
import type { Stream } from '../events/stream.ts';

const FRAME = 'event: figures\ndata: {}\n\n';

export class FigureStreams {
  readonly #streams = new Set<Stream>();

  add(stream: Stream): void {
    this.#streams.add(stream);
    stream.begin();
  }

  /** Its client is gone. */
  remove(stream: Stream): void {
    this.#streams.delete(stream);
  }

  /** There are new figures. */
  notify(): void {
    this.review();
    for (const stream of this.#streams) {
      if (stream.unsent === 0) stream.write(FRAME);
    }
  }

  /** Ends the streams whose clients may no longer listen. */
  review(): void {
    for (const stream of this.#streams) {
      if (stream.isAllowed()) continue;
      stream.cut();
      this.remove(stream);
    }
  }
}
