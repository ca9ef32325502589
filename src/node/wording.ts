/** The words of one node's dialect, on both ends: what is asked, and what an answer says. */
import type { Dispatcher } from 'undici';
import type { Answer, Request } from '../core/model.ts';
import { type Call, type Dialect, keyPath } from './dialect.ts';
import type { CompleteAnswer } from './exchange.ts';
import { readAnswer } from './read-answer.ts';
import { isObjectText } from './record.ts';

export interface WordingOptions {
  readonly name: string;
  /** Before the dialect's paths. */
  readonly basePath: string;
  readonly dialect: Dialect;
  /** Wall clock, for `Retry-After` dates. */
  readonly wallNow: () => number;
}

/** An answer that would be read the same about any key. */
interface Plain {
  readonly status: number;
  readonly body: string;
  readonly answer: Answer;
}

const JSON_TYPE = ['content-type', 'application/json'];

export class Wording {
  readonly #options: WordingOptions;
  /** The latest plain success of each call: nearly every answer is one, and they are all alike. */
  readonly #latest: Partial<Record<Request['kind'], Plain>> = {};

  constructor(options: WordingOptions) {
    this.#options = options;
  }

  write(request: Request, groupId: string): Dispatcher.DispatchOptions {
    const { dialect, name, basePath } = this.#options;
    const call: Call<string> = dialect[request.kind];
    const headers: string[] = [];
    if (dialect.nodeHeader) headers.push('node', name);
    const mark = markOf(request);
    if (dialect.tokenHeader !== null && mark !== undefined) headers.push(dialect.tokenHeader, mark);
    const path = basePath + keyPath(call, groupId);
    if (!call.sendsBody) return { path, method: call.method, headers };
    headers.push(...JSON_TYPE);
    const body = request.kind === 'create' ? request.body : JSON.stringify({ groupId });
    return { path, method: call.method, headers, body };
  }

  read({ kind }: Request, groupId: string, http: CompleteAnswer): Answer {
    const latest = this.#latest[kind];
    if (latest?.status === http.status && latest.body === http.body) return latest.answer;
    const { dialect, wallNow } = this.#options;
    const answer = readAnswer(dialect, { kind, groupId }, { ...http, at: wallNow() });
    // What a record says, and when to come back, is said anew each time.
    if (answer.kind === 'applied' && !isObjectText(http.body)) {
      this.#latest[kind] = { status: http.status, body: http.body, answer };
    }
    return answer;
  }
}

/** The owner mark that goes along: of the new record, or of the one that may be deleted. */
function markOf(request: Request): string | undefined {
  if (request.kind === 'create') return request.token;
  return request.kind === 'delete' ? request.guard : undefined;
}
