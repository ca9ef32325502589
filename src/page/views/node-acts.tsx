/** The acts of an operator on one node. */
import { useState } from 'preact/hooks';
import type { NodeStatus } from '../../protocol/answer.ts';
import type { Fault } from '../data/api.ts';
import { askForBreaker, askForDrain, type BreakerAct } from '../data/operate.ts';
import { askToRetire, askToUnretire } from '../data/retire.ts';
import { FaultLine } from '../parts/faults.tsx';
import { capital } from '../text/words.ts';

export function NodeActs({ name, node }: { readonly name: string; readonly node: NodeStatus }) {
  const { breaker, drained, retired } = node;
  const isClosed = breaker.state === 'closed';
  const acts: readonly BreakerAct[] = isClosed ? ['open', 'reset'] : ['close', 'reset', 'open'];
  const drain = drained === undefined ? 'drain' : 'undrain';
  return (
    <div class="acts">
      <button type="button" onClick={() => askForDrain(drain, name)}>
        {capital(drain)}
        <span class="unseen"> {name}</span>
      </button>
      {acts.map((act) => (
        <button key={act} type="button" onClick={() => askForBreaker(act, name)}>
          {capital(act)}
          <span class="unseen"> the breaker of {name}</span>
        </button>
      ))}
      <RetireAct name={name} isRetired={retired !== undefined} />
    </div>
  );
}

interface RetireActProps {
  readonly name: string;
  readonly isRetired: boolean;
}

export function RetireAct({ name, isRetired }: RetireActProps) {
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const retire = async (): Promise<void> => {
    setFault(undefined);
    setFault(await askToRetire(name));
  };
  return (
    <>
      <button type="button" onClick={() => (isRetired ? askToUnretire(name) : void retire())}>
        {isRetired ? 'Unretire' : 'Retire'}
        <span class="unseen"> {name}</span>
      </button>
      <FaultLine fault={fault} />
    </>
  );
}
