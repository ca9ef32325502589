/**
 * Compares the list of nodes with that of the last run: a change is logged, and people get a
 * notice.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, syscallOf } from '../base/error-fields.ts';
import { writePrivateFile } from '../files/private-file.ts';
import { addressOf, type NodeAccess } from '../node/access/access.ts';
import type { Log } from './log/log-port.ts';
import type { RaisedNotice } from './notify/notice-kinds.ts';

/** File name: the nodes of the last run. */
const NOTE = 'nodes';

interface Place {
  readonly dataDir: string;
  readonly nodes: NodeList;
}

type NodeList = readonly Pick<NodeAccess, 'name' | 'url' | 'socket'>[];

/**
 * Compares the nodes with those of the last run, which a file holds, and saves them there. After an
 * unintended change (a forgotten variable at a restart) the daemon would write to other nodes than
 * people expect.
 */
export function reportChangedNodes(
  { dataDir, nodes }: Place,
  { log, notify }: { readonly log: Log; readonly notify: (notice: RaisedNotice) => void },
): void {
  const now = textOf(nodes);
  const file = join(dataDir, NOTE);
  try {
    const was = readNote(file);
    if (was === now) return;
    if (was !== undefined) {
      log.warn('the list of nodes differs from that of the last run', { was, now });
      notify({ kind: 'nodes_changed', was, now });
    }
    writePrivateFile(file, now);
  } catch (error) {
    log.warn('the list of nodes could not be saved', { error });
  }
}

/** The nodes of the last run, `NAME=URL,…`; undefined if they are the same or cannot be read. */
export function otherNodesBefore({ dataDir, nodes }: Place): string | undefined {
  try {
    const was = readNote(join(dataDir, NOTE));
    return was === textOf(nodes) ? undefined : was;
  } catch (error) {
    // The file is read again when the journal is held; a failure is logged then.
    if (syscallOf(error) !== undefined) return undefined;
    throw error;
  }
}

function textOf(nodes: NodeList): string {
  return nodes.map((node) => `${node.name}=${addressOf(node)}`).join(',');
}

function readNote(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
