/** A metric that is read from the coordinator's latest figures. */
import type { Figures } from '../../protocol/figures.ts';
import type { Definition, Sample } from './process-metrics.ts';

/** No values until there are figures. */
export function ofFigures(
  kind: Definition['kind'],
  {
    read,
    ...shown
  }: Omit<Definition, 'kind' | 'read'> & {
    readonly read: (figures: Figures) => readonly Sample[];
  },
): Definition {
  return {
    kind,
    ...shown,
    read: ({ figures }) => (figures === undefined ? [] : read(figures.latest)),
  };
}
