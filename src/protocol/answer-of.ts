/** The answer to each request, as a type, and the check that a reply has that shape. */
import type { ActsAnswer } from './act.ts';
import {
  type AuditAnswer,
  type BatchAnswer,
  type BreakersAnswer,
  type CommandAnswer,
  isError,
  type LanesAnswer,
  type ListAnswer,
  type NodesAnswer,
  type PingAnswer,
  type SelectionAnswer,
  type StatsAnswer,
  type SummaryAnswer,
} from './answer.ts';
import type { DryRunAnswer } from './answers/dry-run.ts';
import type { LogsAnswer } from './answers/log-lines.ts';
import type { ErrorReply } from './errors.ts';
import type { RequestInput } from './input/request-input.ts';

/** `P` if the request has this member, `Q` if it has none, both if the type leaves that open. */
type IfNamed<Asked, Member extends string, P, Q> =
  Asked extends Readonly<Record<Member, object | string | true>>
    ? P
    : Asked extends { readonly op: string } & { readonly [Name in Member]?: undefined }
      ? Q
      : P | Q;

type OneOrMany<Asked> = IfNamed<Asked, 'filter', SelectionAnswer, CommandAnswer>;

/** An operation without an entry does not compile. */
interface Answers<Asked> extends Record<RequestInput['op'], object> {
  readonly create: IfNamed<Asked, 'dryRun', DryRunAnswer, CommandAnswer>;
  readonly delete: IfNamed<Asked, 'dryRun', DryRunAnswer, CommandAnswer>;
  readonly batch: BatchAnswer;
  readonly status: IfNamed<Asked, 'id', CommandAnswer, SummaryAnswer>;
  readonly list: ListAnswer;
  readonly stats: StatsAnswer;
  readonly audit: AuditAnswer;
  readonly retry: OneOrMany<Asked>;
  readonly cancel: OneOrMany<Asked>;
  readonly abandon: OneOrMany<Asked>;
  readonly restore: OneOrMany<Asked>;
  readonly breaker: BreakersAnswer;
  readonly node: NodesAnswer;
  readonly pause: LanesAnswer;
  readonly resume: LanesAnswer;
  readonly acts: ActsAnswer;
  readonly logs: LogsAnswer;
  readonly ping: PingAnswer;
}

/** The shape of the answer to a request of this type; the daemon may answer an `ErrorReply` instead. */
export type AnswerOf<Asked extends RequestInput> = Asked extends RequestInput
  ? Answers<Asked>[Asked['op']]
  : never;

/** Whether a reply is an answer to this request: an error, or an object with the member that only this shape has. */
export function isAnswerTo<Asked extends RequestInput>(
  request: Asked,
  reply: object,
): reply is AnswerOf<Asked> | ErrorReply {
  return isError(reply) || memberOf(request) in reply;
}

function memberOf(request: RequestInput): string {
  switch (request.op) {
    case 'create':
    case 'delete':
      return 'groupId' satisfies keyof CommandAnswer;
    case 'status':
      return request.id === undefined
        ? ('uptimeMs' satisfies keyof SummaryAnswer)
        : ('groupId' satisfies keyof CommandAnswer);
    case 'retry':
    case 'cancel':
    case 'abandon':
    case 'restore':
      return request.filter === undefined
        ? ('groupId' satisfies keyof CommandAnswer)
        : ('matched' satisfies keyof SelectionAnswer);
    case 'batch':
      return 'results' satisfies keyof BatchAnswer;
    case 'list':
      return 'commands' satisfies keyof ListAnswer;
    case 'stats':
      return 'consistent' satisfies keyof StatsAnswer;
    case 'audit':
      return 'findings' satisfies keyof AuditAnswer;
    case 'breaker':
      return 'breakers' satisfies keyof BreakersAnswer;
    case 'node':
      return 'nodes' satisfies keyof NodesAnswer;
    case 'pause':
    case 'resume':
      return 'lanes' satisfies keyof LanesAnswer;
    case 'acts':
      return 'acts' satisfies keyof ActsAnswer;
    case 'logs':
      return 'lines' satisfies keyof LogsAnswer;
    case 'ping':
      return 'pid' satisfies keyof PingAnswer;
  }
}
