/** What people are told of the world around the daemon: its supervisor, its disk, its list of nodes. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Log } from './log-port.ts';
import type { Notices } from './notify/notices.ts';

type NodeList = readonly { readonly name: string; readonly url: string }[];

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
export function sayChangedNodes(
  { file, nodes }: { readonly file: string; readonly nodes: NodeList },
  { log, notices }: { readonly log: Log; readonly notices: Notices },
): void {
  const now = nodes.map(({ name, url }) => `${name}=${url}`).join(',');
  try {
    const was = readNote(file);
    if (was === now) return;
    if (was !== undefined) {
      log.warn('the nodes are not those of the last life', { was, now });
      const text = `the nodes have changed: was ${was}, now ${now}`;
      notices.notify({ kind: 'nodes_changed', key: `nodes/${now}`, text });
    }
    writeFileSync(file, now);
  } catch (error) {
    log.warn('the list of nodes could not be noted', { error });
  }
}

function readNote(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
