/**
 * Changes of the list of clients, as the daemon meets them in its file: an act in the trail, by names. Who changed the
 * file is not known to the daemon.
 */
import type { ClientList } from '../../clients/client-list.ts';
import { changeOf, changeText } from '../../clients/list-change.ts';
import type { WatchedList } from '../../clients/watched-list.ts';
import { ACT_TEXT_MAX } from '../../journal/act.ts';
import { JournalError } from '../../journal/errors.ts';
import type { Batch } from '../batch.ts';
import type { Trail } from './trail.ts';

interface Parts {
  readonly trail: Trail;
  readonly post: (act: (batch: Batch) => void) => void;
}

export function noteListChanges(
  list: Pick<WatchedList, 'present' | 'onChange'>,
  parts: Parts,
): void {
  let before: ClientList | undefined = list.present;
  const operator = { isProven: false, door: 'file' };
  list.onChange(() => {
    const change = changeOf(before, list.present);
    before = list.present;
    const counts = Object.entries(change).map(([what, names]) => [what, names.length] as const);
    const results = Object.fromEntries(counts.filter(([, count]) => count > 0));
    if (Object.keys(results).length === 0) return;
    const deed = { kind: 'clients_changed', on: changeText(change, ACT_TEXT_MAX) } as const;
    parts.post((batch) =>
      parts.trail.begin({ deed, operator }, batch, (begun) => {
        // The trail has logged it: the list is in force all the same.
        if (begun instanceof JournalError) return;
        parts.trail.end({ ...begun, outcome: 'done', results }, () => {});
      }),
    );
  });
}
