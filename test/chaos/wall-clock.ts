/**
 * The wall clock of one program, by libfaketime (Debian: libfaketime): the machine's own clock
 * never changes. The monotonic clock and the times of files stay as they are, as when an operator
 * sets a machine's time.
 */
import { globSync, renameSync, writeFileSync } from 'node:fs';

export class WallClock {
  readonly #file: string;
  /** The environment of the program that has this clock. */
  readonly env: Readonly<Record<string, string>>;

  private constructor(file: string, library: string) {
    this.#file = file;
    this.env = {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    };
    this.set(0);
  }

  /** @param file holds the clock's state; undefined if libfaketime is not installed */
  static open(file: string): WallClock | undefined {
    // The library for programs with threads.
    const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');
    return library === undefined ? undefined : new WallClock(file, library);
  }

  /** The program sees it within a second. */
  set(offsetMs: number): void {
    // Replaced as a whole: the program may read it at any time.
    writeFileSync(`${this.#file}.new`, `${offsetMs < 0 ? '' : '+'}${offsetMs / 1000}\n`);
    renameSync(`${this.#file}.new`, this.#file);
  }
}
