/** Do the nodes hold what the journal has committed? Findings first, and a repair of them after a question. */
import { useState } from 'preact/hooks';
import type { AuditAnswer, AuditFinding } from '../../protocol/answer.ts';
import { act, type Outcome } from '../data/api.ts';
import { status } from '../data/live.ts';
import { mayOperate } from '../data/session.ts';
import { ask } from '../parts/dialog.tsx';
import { Empty, FaultLine } from '../parts/faults.tsx';
import { Mark } from '../parts/mark.tsx';
import { Time } from '../parts/time.tsx';
import { countText, pluralText } from '../text/numbers.ts';
import { FINDINGS } from '../text/words.ts';
import { compareAgain, type Run, run, startAudit, stopAudit } from './audit-run.ts';

const KEYS_MAX = 1000;
const UNKNOWN = ['leave', 'create', 'delete'] as const;
type Unknown = (typeof UNKNOWN)[number];

export function Audit() {
  const last = status.value?.audit;
  const { value } = run;
  return (
    <>
      <p>
        An audit compares the keys of all nodes with each other and with the journal. It changes
        nothing, and runs beside the work.{' '}
        {last === undefined ? 'None has gone through all keys since the daemon started.' : null}
        {last !== undefined && (
          <>
            The last one ended <Time at={last.finishedAt} />;{' '}
            {pluralText(last.divergent, 'key differs', 'keys differ')} now.
          </>
        )}
      </p>
      {mayOperate.value ? (
        <div class="line-of-acts">
          <button
            type="button"
            class="main"
            disabled={value.kind === 'running'}
            onClick={() => void startAudit()}
          >
            Start an audit
          </button>
          {value.kind === 'running' && (
            <button type="button" onClick={stopAudit}>
              Stop
            </button>
          )}
          <span role="status">{progressText(value)}</span>
        </div>
      ) : (
        <p class="dim">
          An audit needs the role <code>operate</code>.
        </p>
      )}
      <FaultLine fault={value.fault} />
      <Result value={value} />
    </>
  );
}

function progressText({ kind, checked, findings, busy }: Run): string {
  if (kind === 'never') return '';
  const words = { running: 'Running', stopped: 'Stopped', finished: 'Finished', failed: 'Failed' };
  const left = busy.length === 0 ? '' : `, ${pluralText(busy.length, 'key')} under way`;
  return `${words[kind]}: ${pluralText(checked, 'key')} compared, ${pluralText(findings.length, 'finding')}${left}`;
}

function Result({ value }: { readonly value: Run }) {
  const { kind, findings, unjournaled, unlisted } = value;
  return (
    <>
      {unlisted.length > 0 && (
        <p class="dim">
          {unlisted.join(', ')} cannot list keys: only keys of the journal were compared there.
        </p>
      )}
      {unjournaled > 0 && (
        <p class="dim">
          {pluralText(unjournaled, 'key is', 'keys are')} on all nodes and not in the journal: made
          without lockstep, or too long ago.
        </p>
      )}
      {kind === 'finished' && findings.length === 0 && (
        <Empty title="All compared keys are as they should be" />
      )}
      {findings.length > 0 && <Findings findings={findings} />}
    </>
  );
}

function Findings({ findings }: { readonly findings: readonly AuditFinding[] }) {
  const [unknown, setUnknown] = useState<Unknown>('leave');
  const repairable = findings
    .filter((finding) => canRepair(finding, unknown))
    .map(({ groupId }) => groupId);
  return (
    <>
      {mayOperate.value && (
        <div class="line-of-acts">
          <label>
            Keys that the journal does not know:{' '}
            <select
              value={unknown}
              onChange={({ currentTarget }) =>
                setUnknown(UNKNOWN.find((each) => each === currentTarget.value) ?? 'leave')
              }
            >
              <option value="leave">leave them</option>
              <option value="create">create them on all nodes</option>
              <option value="delete">delete them on all nodes</option>
            </select>
          </label>
          <button
            type="button"
            disabled={repairable.length === 0}
            onClick={() => askForRepair(repairable, unknown)}
          >
            Repair {pluralText(repairable.length, 'key')}…
          </button>
        </div>
      )}
      <div class="scroll">
        <table class="stacked findings">
          <thead>
            <tr>
              <th scope="col">Key</th>
              <th scope="col">Finding</th>
              <th scope="col">Journal</th>
              <th scope="col">Nodes</th>
              <th scope="col">Repair</th>
            </tr>
          </thead>
          <tbody>
            {findings.map((finding) => (
              <Row key={finding.groupId} finding={finding} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Row({
  finding: { groupId, kind, journal, nodes, repair },
}: {
  readonly finding: AuditFinding;
}) {
  return (
    <tr>
      <th scope="row" class="key-of">
        <a href={`/commands?key=${encodeURIComponent(groupId)}`}>{groupId}</a>
      </th>
      <td>
        <Mark tone="bad" title={FINDINGS[kind]}>
          {kind}
        </Mark>
      </td>
      <td>{journal}</td>
      <td class="why">
        {Object.entries(nodes)
          .map(([name, { state, lastResponse }]) => `${name} ${lastResponse ?? state}`)
          .join(' · ')}
      </td>
      <td>{repair === undefined ? <span class="dim">none</span> : repair.op}</td>
    </tr>
  );
}

function canRepair({ kind, repair }: AuditFinding, unknown: Unknown): boolean {
  return repair !== undefined || (kind === 'unknown' && unknown !== 'leave');
}

function askForRepair(all: readonly string[], unknown: Unknown): void {
  const keys = all.slice(0, KEYS_MAX);
  const many = pluralText(keys.length, 'key');
  const others = {
    leave: '',
    create: ' Keys that the journal does not know are created on all nodes.',
    delete: ' Keys that the journal does not know are deleted on all nodes.',
  };
  ask({
    title: `Repair ${many}?`,
    effect: `Each is read again on every node. Where it still differs, a command makes the nodes as the journal has the key.${others[unknown]}`,
    verb: `Repair ${many}`,
    isGrave: unknown === 'delete',
    run: async (): Promise<Outcome<string>> => {
      const outcome = await act<AuditAnswer>({ op: 'audit', keys, repair: true, unknown });
      if (!outcome.ok) return outcome;
      const { findings, busy } = outcome.value;
      const begun = findings.filter(({ repair }) => repair?.id !== undefined).length;
      const left =
        busy.length === 0
          ? ''
          : ` ${pluralText(busy.length, 'key has', 'keys have')} commands under way.`;
      const text = `${pluralText(begun, 'command was', 'commands were')} accepted for ${countText(findings.length)} of ${many} that still differ.${left} Below, they are compared again as soon as the commands are done.`;
      void compareAgain(keys);
      return { ok: true, value: text };
    },
  });
}
