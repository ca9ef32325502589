/**
 * `audit`: compares the keys of the nodes with each other and with the journal, one bounded page a request.
 * The caller sets the pace; one request runs at a time (P9).
 *
 * Nodes list at slightly different moments, so a difference makes a key only a candidate (candidates.ts). It
 * becomes a finding if no command touched the key from the question to the journal until all nodes were
 * read (`KeyOrder.watch`). A key with work on it is reported as `busy` and not classified.
 *
 * A repair is an act of an operator (acts/trail.ts), with one command a key: an ordinary one with `ensure`, accepted in
 * a batch that finds the key still quiet (P6): it never restores a deleted record, and never removes a created one.
 *
 * The audit knows only commands of this daemon. Without the journal (`journal: false`, for one that is lost) the nodes
 * are compared with each other alone: keys on which they differ are `unknown`, and an operator chooses what is right.
 */

import type { StoredAct } from '../../journal/act.ts';
import { JournalError } from '../../journal/errors.ts';
import type { Answer, AuditAnswer, AuditFinding } from '../../protocol/answer.ts';
import { type ErrorReply, errorReply } from '../../protocol/errors.ts';
import { groupIdFault } from '../../protocol/group-id.ts';
import type { AuditRequest } from '../../protocol/request.ts';
import type { Sighting } from '../../protocol/work.ts';
import { count, type Operator, operatorOf } from '../acts/act-of.ts';
import { unnoted } from '../acts/trail.ts';
import { unavailable } from '../breakers/unavailable.ts';
import type { Respond } from '../ports.ts';
import { Missed } from '../queries/looks.ts';
import type { QuietKeys } from '../queue/key-order.ts';
import type { RequestContext } from '../requests/context.ts';
import { type Candidates, findCandidates, QUESTION_TIMEOUT_MS } from './candidates.ts';
import { classify, isUnjournaled } from './classify.ts';
import { commandsOf, type Remedy, remedyOf } from './remedy.ts';

const RETRY_AFTER_MS = 500;
/** Clients that share the answer about one page. */
const ASKERS_MAX = 100;

export class Audit {
  readonly #context: RequestContext;
  #running: { readonly content: string; readonly askers: Respond[] } | undefined;

  constructor(context: RequestContext) {
    this.#context = context;
  }

  take(request: AuditRequest, respond: Respond): void {
    const operator = operatorOf(request, respond);
    const content = JSON.stringify({ ...request, operator });
    // A client repeats its request: one answer serves both.
    const running = this.#running;
    if (running?.content === content && running.askers.length < ASKERS_MAX) {
      running.askers.push(respond);
      return;
    }
    if (running !== undefined) {
      const retryAfterMs = RETRY_AFTER_MS;
      return respond(errorReply('busy', 'another audit is running', { retryAfterMs }));
    }
    const misfit = this.#misfitOf(request);
    if (misfit !== undefined) return respond(misfit);
    if (!this.#context.breakers.admission.isFree) {
      return respond(unavailable('the breaker of a node is not closed; see `lockstep breaker`'));
    }
    const askers = [respond];
    this.#running = { content, askers };
    void this.#answerOf(request, operator).then((answer) => {
      this.#running = undefined;
      for (const asker of askers) asker(answer);
    });
  }

  /** A request that this cluster has no answer to. */
  #misfitOf({ right, content }: AuditRequest): ErrorReply | undefined {
    const { nodeNames, comparesContent = false } = this.#context.options;
    const field = right === undefined ? 'content' : 'right';
    if (right !== undefined && !nodeNames.includes(right)) {
      return errorReply('invalid_request', `right names no node: ${nodeNames.join(', ')}`, {
        field,
      });
    }
    if (comparesContent || (right === undefined && content !== true)) return undefined;
    const message = `${field}: the dialect does not say where a read shows content (record.content)`;
    return errorReply('invalid_request', message, { field });
  }

  async #answerOf(request: AuditRequest, operator: Operator): Promise<Answer> {
    try {
      return await this.#run(request, operator);
    } catch (error) {
      if (error instanceof Missed) return error.reply;
      throw error;
    }
  }

  /** @throws Missed */
  async #run(request: AuditRequest, operator: Operator): Promise<Answer> {
    const candidates = await findCandidates(this.#context, request);
    if ('error' in candidates) return candidates;
    const { checked, suspects, quiet, next, unlisted } = candidates;
    try {
      const watched = suspects.filter((key) => quiet.has(key));
      const seen = await this.#look(watched, request, unlisted.length > 0);
      if (seen === undefined) return unavailable('the nodes were not read in time');
      const busy = new Set(suspects.filter((key) => !quiet.has(key)));
      const found = this.#findings(seen, candidates, request);
      const repair = request.repair ? await this.#beginRepair(found, operator) : undefined;
      if (repair instanceof JournalError) return unnoted(repair);
      const mended = await Promise.all(found.map((one) => this.#mend(one, repair, quiet)));
      const findings = mended.filter((one) => one !== undefined);
      if (repair !== undefined) await this.#endRepair(repair, findings);
      for (const [index, one] of mended.entries()) {
        if (one === undefined) busy.add(found[index]?.finding.groupId ?? '');
      }
      const end = next === undefined ? {} : { next };
      const without = unlisted.length === 0 ? {} : { unlisted };
      const unheard = request.journal ? unjournaledOf(seen, candidates) : [];
      const unjournaled = unheard.length === 0 ? {} : { unjournaled: unheard };
      const answer = { checked, findings, busy: [...busy], ...unjournaled, ...without, ...end };
      await this.#conclude(request, answer);
      return answer;
    } finally {
      this.#context.commands.keys.unwatch(quiet);
    }
  }

  /** Reads the keys on all nodes; undefined if that took too long. */
  async #look(
    keys: readonly string[],
    { repair, content, right }: AuditRequest,
    isUnlisted: boolean,
  ): Promise<readonly Sighting[] | undefined> {
    const { ports, questions, options } = this.#context;
    const faultOf = (key: string) => groupIdFault(key) ?? options.unroutable(key);
    const sightless = keys.flatMap((key) => {
      const detail = faultOf(key);
      return detail === undefined ? [] : [this.#unreadable(key, detail)];
    });
    const readable = keys.filter((key) => faultOf(key) === undefined);
    if (readable.length === 0) return sightless;
    const { promise, resolve } = Promise.withResolvers<readonly Sighting[] | undefined>();
    const ticket = questions.ask(ports.now() + QUESTION_TIMEOUT_MS, (value) =>
      resolve(value?.of === 'look' ? [...value.sightings, ...sightless] : undefined),
    );
    const executor = Math.floor(ports.random() * options.executors);
    const isSlow = isUnlisted || content === true;
    const isWanted = this.#needsRecord || right !== undefined;
    const records = isWanted ? ({ records: repair ? 'text' : 'whether' } as const) : {};
    ports.order(executor, { kind: 'look', keys: readable, isSlow, ...records, ticket });
    return promise;
  }

  get #needsRecord(): boolean {
    return this.#context.options.misfitOf(undefined) !== undefined;
  }

  #findings(
    seen: readonly Sighting[],
    { quiet, wanted }: Candidates,
    { unknown, right }: AuditRequest,
  ): readonly Found[] {
    const terms = { needsRecord: this.#needsRecord, right };
    return seen.flatMap((sighting) => {
      const want = wanted.get(sighting.groupId);
      if (want === undefined || !quiet.has(sighting.groupId)) return [];
      const classified = classify(sighting, want, unknown);
      if (classified === undefined) return [];
      const { finding, remedy: op } = classified;
      const remedy = remedyOf(finding, { ...sighting, op }, terms);
      return [{ finding, remedy }];
    });
  }

  /** A key that another program created, and that no request to a node can name. */
  #unreadable(groupId: string, detail: string): Sighting {
    const { nodeNames } = this.#context.options;
    const nodes = nodeNames.map(
      (name) => [name, { state: 'unknown', lastResponse: detail }] as const,
    );
    return { groupId, nodes: Object.fromEntries(nodes) };
  }

  /** The finding with its repair; undefined if a command has touched the key meanwhile. */
  async #mend(
    { finding, remedy }: Found,
    repair: StoredAct | undefined,
    quiet: QuietKeys,
  ): Promise<AuditFinding | undefined> {
    if (remedy === undefined) return finding;
    const { record: _text, ...shown } = remedy;
    if (repair === undefined || shown.error !== undefined) return { ...finding, repair: shown };
    const { promise, resolve } = Promise.withResolvers<AuditFinding | undefined>();
    const { acceptance, post, ports } = this.#context;
    const { groupId } = finding;
    // The id leads from the command to the act, and to its operator.
    const newId = () => `repair-${repair.number}-${ports.newId()}`;
    post((batch) => {
      if (!quiet.has(groupId)) return resolve(undefined);
      const respond = (answer: Answer) =>
        resolve({ ...finding, repair: { ...shown, ...acceptedAs(answer) } });
      const [first, second] = commandsOf(remedy, groupId);
      const before = { ...first, id: newId() };
      if (second === undefined) return acceptance.take(before, respond, batch);
      return acceptance.takeBoth([before, { ...second, id: newId() }], respond, batch);
    });
    return promise;
  }

  /** The act is durable before its commands are accepted. Undefined: there is nothing to repair. */
  async #beginRepair(
    found: readonly Found[],
    operator: Operator,
  ): Promise<StoredAct | JournalError | undefined> {
    const { trail, post } = this.#context;
    const matched = found.filter(({ remedy }) => remedy && remedy.error === undefined).length;
    if (matched === 0) return undefined;
    const { promise, resolve } = Promise.withResolvers<StoredAct | JournalError>();
    post((batch) => trail.begin({ deed: { kind: 'repair' }, operator }, batch, resolve));
    const act = await promise;
    return act instanceof JournalError ? act : { ...act, matched };
  }

  #endRepair(act: StoredAct, findings: readonly AuditFinding[]): Promise<void> {
    const results: Record<string, number> = {};
    for (const { repair } of findings) {
      count(results, repair?.error === undefined ? repair?.op : repair.error.code);
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#context.trail.end({ ...act, outcome: 'done', results }, resolve);
    return promise;
  }

  /** The result of an audit of all keys is in the journal before anybody is told: a kill after that takes nothing back. */
  async #conclude(request: AuditRequest, answer: AuditAnswer): Promise<void> {
    const { ports, post, divergence, keptAudit } = this.#context;
    const ended = divergence.note(request, answer, ports.now());
    if (ended === undefined) return;
    const { divergent, finishedAt: at, event, adopt } = ended;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    post((batch) => batch.read(() => keptAudit.keep({ at, divergent }).then(resolve)));
    await promise;
    adopt();
    ports.publish({ kind: 'audit', topic: 'audit.finished', payload: () => event });
  }
}

interface Found {
  readonly finding: AuditFinding;
  readonly remedy: Remedy | undefined;
}

/** By the lists, or by reads where there are none; without keys that a command has touched meanwhile. */
function unjournaledOf(
  seen: readonly Sighting[],
  { unjournaled, wanted, quiet }: Candidates,
): readonly string[] {
  const read = seen.filter(({ groupId, nodes }) => {
    const want = wanted.get(groupId);
    const isOnAll = Object.values(nodes).every(({ state }) => state === 'present');
    return isOnAll && want !== undefined && isUnjournaled(want);
  });
  const keys = [...unjournaled, ...read.map(({ groupId }) => groupId)];
  return keys.filter((key) => quiet.has(key));
}

function acceptedAs(answer: Answer): Pick<NonNullable<AuditFinding['repair']>, 'id' | 'error'> {
  if ('error' in answer) return { error: answer.error };
  return 'id' in answer ? { id: answer.id } : {};
}
