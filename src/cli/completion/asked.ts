/**
 * Words that only the daemon knows, for completion: names of nodes, ids of commands. Completion is no place for an error:
 * without an answer within half a second there are none.
 */
import { isError, type LockstepClient } from '../../client/index.ts';
import { isFault } from '../fault.ts';
import { Terminal } from '../output/terminal.ts';
import { withDaemon } from '../with-daemon.ts';

const ASK_MS = 500;
const IDS_MAX = 100;
/** The daemon looks no shorter ones up. */
const PREFIX_LENGTH_MIN = 8;
const OPEN_STATES = ['accepted', 'applying', 'compensating'] as const;

/** The options of the line that choose the daemon. */
export type Chosen = Readonly<
  Partial<Record<'endpoint' | 'context' | 'key-file' | 'token-file', string>>
>;

export function nodeNames(chosen: Chosen): Promise<readonly string[]> {
  return ask(chosen, async (client) => {
    const answer = await client.breakers({ timeoutMs: ASK_MS });
    return isError(answer) ? namesIn(client) : Object.keys(answer.breakers);
  });
}

/** Of a client that may look and not operate. */
async function namesIn(client: LockstepClient): Promise<readonly string[]> {
  const answer = await client.summary({ timeoutMs: ASK_MS });
  return isError(answer) ? [] : Object.keys(answer.nodes);
}

/** The newest commands that begin so. @param isOpen only commands that are not settled */
export function commandIds(
  chosen: Chosen,
  { isOpen, typed }: { readonly isOpen: boolean; readonly typed: string },
): Promise<readonly string[]> {
  return ask(chosen, async (client) => {
    const begun = typed.length >= PREFIX_LENGTH_MIN ? { idPrefix: typed } : {};
    const open = isOpen ? { state: [...OPEN_STATES] } : {};
    const filter = { limit: IDS_MAX, ...begun, ...open };
    const answer = await client.list(filter, { timeoutMs: ASK_MS });
    return isError(answer) ? [] : answer.commands.map(({ id }) => id);
  });
}

async function ask(
  chosen: Chosen,
  question: (client: LockstepClient) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  try {
    const args = { ...chosen, timeout: `${ASK_MS}ms` };
    return await withDaemon(args, new Terminal(), question);
  } catch (error) {
    if (isFault(error)) return [];
    throw error;
  }
}
