/**
 * The wall clock of one program alone, by libfaketime (Debian: libfaketime): the machine's own is
 * never touched. The monotonic clock stays as it is, as it does when somebody sets a machine's
 * time, and so do the times of files.
 */
import { globSync, renameSync, writeFileSync } from 'node:fs';

export class WallClock {
  readonly #file: string;
  /** For the program that has this clock. */
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

  /** @param file where the clock's state is kept; undefined where there is no libfaketime */
  static open(file: string): WallClock | undefined {
    // The library for programs with threads.
    const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');
    return library === undefined ? undefined : new WallClock(file, library);
  }

  /** Seen by the program within a second. */
  set(offsetMs: number): void {
    // At once as a whole: a program reads it at any time.
    writeFileSync(`${this.#file}.new`, `${offsetMs < 0 ? '' : '+'}${offsetMs / 1000}\n`);
    renameSync(`${this.#file}.new`, this.#file);
  }
}
