/** The list whose tokens count at the door now: the clients', or without a list the daemon's own. */
import { type ClientList, NO_CLIENTS } from '../../clients/client-list.ts';
import { WatchedList } from '../../clients/watched-list.ts';
import type { Log } from '../../observe/log/log-port.ts';
import { keepOpsToken } from './ops-token.ts';

export interface TokenFiles {
  readonly dataDir: string;
  /** The file of the list. */
  readonly clients: string;
}

export class Tokens {
  readonly #watched: WatchedList;
  readonly #own: ClientList;

  constructor({ clients: path, dataDir }: TokenFiles, log: Log) {
    // The coordinator reads the same file, and logs.
    this.#watched = new WatchedList({ path }).watch();
    this.#own = this.#watched.present === undefined ? ownToken(dataDir, log) : NO_CLIENTS;
  }

  get list(): ClientList {
    return this.#watched.current() ?? this.#own;
  }

  /** Called after each change of `list`. */
  onChange(listener: () => void): void {
    this.#watched.onChange(listener);
  }
}

function ownToken(dataDir: string, log: Log): ClientList {
  try {
    const { path, list, replaced } = keepOpsToken(dataDir);
    if (replaced !== undefined) {
      log.warn("the token of the operators' port was replaced", { file: path, reason: replaced });
    }
    return list;
  } catch (error) {
    const effect = "the operators' port answers health and metrics only";
    log.error("the token of the operators' port could not be saved", { effect, error });
    return NO_CLIENTS;
  }
}
