/** Each node: whether it is called, and if not, why; what it answers, and what it holds. */

import { useState } from 'preact/hooks';
import { durationText } from '../../base/time/duration-text.ts';
import type { BreakerView, NodeStatus, StatsAnswer } from '../../protocol/answer.ts';
import { type Fault, read } from '../data/api.ts';
import { latest } from '../data/hour.ts';
import { status } from '../data/live.ts';
import { mayOperate } from '../data/session.ts';
import { FaultLine } from '../parts/faults.tsx';
import { Mark } from '../parts/mark.tsx';
import { Spark } from '../parts/spark.tsx';
import { Age, Time } from '../parts/time.tsx';
import { countText, pluralText, shortText } from '../text/numbers.ts';
import { ANSWERS } from '../text/words.ts';
import { NodeActs, RetireAct } from './node-acts.tsx';

type Records = Readonly<StatsAnswer['nodes']>;

export function Nodes() {
  const [records, setRecords] = useState<Records>({});
  const nodes = Object.entries(status.value?.nodes ?? {});
  const missing = Object.entries(status.value?.missingNodes ?? {});
  return (
    <>
      <Count onCounted={setRecords} />
      <ul class="nodes">
        {nodes.map(([name, node]) => (
          <li key={name}>
            <Node name={name} node={node} records={records[name]} />
          </li>
        ))}
        {missing.map(([name, count]) => (
          <li key={name}>
            <MissingNode name={name} count={count} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** Open commands name it, and it is no longer configured. */
function MissingNode({ name, count }: { readonly name: string; readonly count: number }) {
  return (
    <article class="node" aria-labelledby={`node-${name}`}>
      <header>
        <h2 id={`node-${name}`}>{name}</h2>
        <Mark tone="bad" title="Calls to it fail until it is configured again">
          not configured
        </Mark>
        {mayOperate.value && (
          <div class="acts">
            <RetireAct name={name} isRetired={false} />
          </div>
        )}
      </header>
      <p>
        <a href={`/commands?node=${encodeURIComponent(name)}`}>
          {pluralText(count, 'open command needs it', 'open commands need it')}
        </a>
      </p>
    </article>
  );
}

/** On demand: it makes every node list all its keys. */
function Count({ onCounted }: { readonly onCounted: (records: Records) => void }) {
  const [isCounting, setCounting] = useState(false);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const [text, setText] = useState('');
  const count = async (): Promise<void> => {
    setCounting(true);
    const outcome = await read<StatsAnswer>('/v1/stats');
    setCounting(false);
    setFault(outcome.ok ? undefined : outcome.fault);
    if (!outcome.ok) return;
    onCounted(outcome.value.nodes);
    setText(consistencyText(outcome.value));
  };
  return (
    <div class="line-of-acts">
      <button type="button" disabled={isCounting} onClick={() => void count()}>
        Count records
      </button>
      <span role="status" class="dim">
        {isCounting ? 'Every node lists its keys…' : text}
      </span>
      <FaultLine fault={fault} />
    </div>
  );
}

function consistencyText({ consistent, reported }: StatsAnswer): string {
  if (reported === true) return 'The cluster reports its own figures; nothing was compared.';
  if (consistent === null) return 'Not every node can list its keys now.';
  return consistent
    ? 'All nodes hold the same keys.'
    : 'The nodes do not hold the same keys: run an audit.';
}

interface NodeProps {
  readonly name: string;
  readonly node: NodeStatus;
  readonly records: Records[string] | undefined;
}

function Node({ name, node, records }: NodeProps) {
  const { breaker, calls, answers, lastFailure, drained, retired, latencyMs } = node;
  const counts = Object.entries(answers).sort(([, one], [, other]) => other - one);
  return (
    <article class="node" aria-labelledby={`node-${name}`}>
      <header>
        <h2 id={`node-${name}`}>{name}</h2>
        <BreakerMark breaker={breaker} />
        {drained !== undefined && (
          <Mark tone="warn" title={`By ${drained.by ?? 'an operator'}: new commands wait for it`}>
            drained
          </Mark>
        )}
        {retired !== undefined && (
          <Mark
            tone="bad"
            title={`By ${retired.by ?? 'an operator'}: new commands are refused while it is configured`}
          >
            retired
          </Mark>
        )}
        {mayOperate.value && <NodeActs name={name} node={node} />}
      </header>
      <BreakerText breaker={breaker} />
      <dl class="figures small">
        <Rate label="Calls per second" name={`calls.${name}`} tone="good" />
        <Rate label="Failures per second" name={`failed.${name}`} tone="bad" />
        <div title="Half of its answers, and 99 of 100, in the last 10 to 20 s">
          <dt>Answers within</dt>
          <dd class="number">
            {latencyMs === undefined
              ? '–'
              : `${durationText(latencyMs.p50)}, p99 ${durationText(latencyMs.p99)}`}
          </dd>
        </div>
        <div title="Calls that run now, of those that may run at once: connectionsPerNode">
          <dt>Running</dt>
          <dd class="number">{runningText(node)}</dd>
        </div>
        <div>
          <dt>Calls since the start</dt>
          <dd class="number">{countText(calls)}</dd>
        </div>
        <div>
          <dt>Records</dt>
          <dd class="number">
            {records?.count === undefined ? (records?.error ?? '–') : countText(records.count)}
          </dd>
        </div>
      </dl>
      <h3 class="unseen">Answers</h3>
      {counts.length === 0 ? (
        <p class="dim">It was not called yet.</p>
      ) : (
        <ul class="answers">
          {counts.map(([kind, count]) => (
            <li key={kind}>
              <Mark tone={ANSWERS[kind]?.tone ?? 'calm'} title={ANSWERS[kind]?.meaning ?? ''}>
                {kind}
              </Mark>{' '}
              <span class="number">{countText(count)}</span>
            </li>
          ))}
        </ul>
      )}
      {lastFailure !== undefined && (
        <p class="quote">
          <span class="dim">Last failure</span> <code>{lastFailure}</code>
        </p>
      )}
    </article>
  );
}

function runningText({ running, runningMax }: NodeStatus): string {
  if (running === undefined || runningMax === undefined) return '–';
  return `${countText(running)} of ${countText(runningMax)}`;
}

function Rate({
  label,
  name,
  tone,
}: {
  readonly label: string;
  readonly name: string;
  readonly tone: 'good' | 'bad';
}) {
  const value = latest(name);
  return (
    <div>
      <dt>{label}</dt>
      <dd class="number with-spark">
        {value === undefined ? '–' : shortText(value)}
        <Spark name={name} tone={tone} />
      </dd>
    </div>
  );
}

const BREAKERS = {
  closed: { tone: 'good', text: 'called' },
  open: { tone: 'bad', text: 'not called' },
  half_open: { tone: 'warn', text: 'on trial' },
} as const;

function BreakerMark({ breaker: { state, forced } }: { readonly breaker: BreakerView }) {
  const { tone, text } = BREAKERS[state];
  return (
    <Mark tone={tone} title={`Its breaker is ${state.replace('_', ' ')}`}>
      {forced === true ? 'not called: an operator opened the breaker' : text}
    </Mark>
  );
}

function BreakerText({ breaker }: { readonly breaker: BreakerView }) {
  const { state, since, openings, cause, lastError, trialsFailed, nextTrialAt } = breaker;
  return (
    <div class="breaker">
      <p class="dim">
        Breaker {state.replace('_', ' ')} for <Age at={since} />
        {openings > 0 && `, opened ${pluralText(openings, 'time')} since the start`}
        {trialsFailed !== undefined && `, ${pluralText(trialsFailed, 'trial')} failed`}
        {nextTrialAt !== undefined && (
          <>
            , next trial <Time at={nextTrialAt} />
          </>
        )}
      </p>
      {cause !== undefined && (
        <p class="quote">
          <span class="dim">Why</span> <code>{cause}</code>
        </p>
      )}
      {lastError !== undefined && lastError !== cause && (
        <p class="quote">
          <span class="dim">Last error</span> <code>{lastError}</code>
        </p>
      )}
    </div>
  );
}
