/** What people are told of the world around the daemon: its supervisor, its disk, its list of nodes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addressOf, type NodeAccess } from '../node/access/access.ts';
import type { Log } from './log/log-port.ts';
import type { Notices } from './notify/notices.ts';

/** The nodes of the last life. */
const NOTE = 'nodes';

interface Place {
  readonly dataDir: string;
  readonly nodes: NodeList;
}

type NodeList = readonly Pick<NodeAccess, 'name' | 'url' | 'socket'>[];

export interface SurroundingsNews {
  /** Whoever started it anew after a crash is gone. */
  unsupervised(): void;
  /** The journal's disk is nearly full, or has room again. */
  disk(news: { readonly isFull: boolean }): void;
  /** Open commands need nodes that are not configured: how many, by node. */
  missingNodes(counts: Readonly<Record<string, number>>): void;
}

export function surroundingsNews(notices: Notices): SurroundingsNews {
  return {
    unsupervised: () => {
      const text = 'pm2 is gone: after a crash nothing starts this daemon anew; run npm start';
      notices.notify({ kind: 'unsupervised', key: 'unsupervised', text });
    },
    disk: ({ isFull }) => {
      const text = isFull
        ? "the journal's disk is nearly full: new commands are refused"
        : "the journal's disk has room again: new commands are taken in";
      const kind = isFull ? 'disk_full' : 'disk_room';
      notices.notify({ kind, key: kind, text });
    },
    missingNodes: (counts) => {
      const names = Object.keys(counts).join(', ');
      const text = `open commands need nodes that are not configured any more (${names}): see lockstep status`;
      notices.notify({ kind: 'missing_nodes', key: `missing/${names}`, text });
    },
  };
}

/**
 * Compares the nodes with those of the last life, which stand in the file, and notes them. A list
 * that changed unasked (a variable that was forgotten at a restart) has the daemon write to other
 * nodes than people think.
 */
export function reportChangedNodes(
  { dataDir, nodes }: Place,
  { log, notices }: { readonly log: Log; readonly notices: Notices },
): void {
  const now = textOf(nodes);
  const file = join(dataDir, NOTE);
  try {
    const was = readNote(file);
    if (was === now) return;
    if (was !== undefined) {
      log.warn('the list of nodes differs from that of the last run', { was, now });
      const text = `the nodes have changed: was ${was}, now ${now}`;
      notices.notify({ kind: 'nodes_changed', key: `nodes/${now}`, text });
    }
    writeFileSync(file, now);
  } catch (error) {
    log.warn('the list of nodes could not be saved', { error });
  }
}

/** Those of the last life, `NAME=URL,…`; undefined if they are the same or cannot be known. */
export function otherNodesBefore({ dataDir, nodes }: Place): string | undefined {
  try {
    const was = readNote(join(dataDir, NOTE));
    return was === textOf(nodes) ? undefined : was;
  } catch (error) {
    // It is read again when the journal is held, and told then.
    if ((error as NodeJS.ErrnoException).syscall !== undefined) return undefined;
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
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
