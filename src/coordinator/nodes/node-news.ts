/** The event of a node that an operator has drained or retired, or for which that has ended: it has both, whichever changed. */
import type { CoordinatorPorts } from '../ports.ts';
import type { Retirements } from './retirements.ts';

interface Change {
  readonly node: string;
  readonly drained: boolean;
  readonly by: string | undefined;
}

export function publishNode(
  { publish }: Pick<CoordinatorPorts, 'publish'>,
  { node, drained, by }: Change,
  retirements: Pick<Retirements, 'at'>,
): void {
  const retired = retirements.at(node) !== undefined;
  publish({
    kind: 'node',
    topic: `node.${node}`,
    payload: () => ({ node, drained, retired, ...(by === undefined ? {} : { by }) }),
  });
}
