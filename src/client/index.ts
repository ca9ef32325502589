/** The exports of the package: the client, and the shapes of requests and answers. */
export type { Accepting, Refusal, RefusalReason } from '../protocol/accepting.ts';
export type { ActsAnswer, ActView } from '../protocol/act.ts';
export type {
  Answer,
  AuditAnswer,
  AuditFinding,
  BatchAnswer,
  BreakerEvent,
  BreakersAnswer,
  BreakerView,
  CommandAnswer,
  LanesAnswer,
  ListAnswer,
  NodeReport,
  NodeStats,
  NodeStatus,
  NodesAnswer,
  PingAnswer,
  SelectionAnswer,
  StatsAnswer,
  SummaryAnswer,
} from '../protocol/answer.ts';
export { isError } from '../protocol/answer.ts';
export type { AnswerOf } from '../protocol/answer-of.ts';
export type { DryRunAnswer, DryRunNode } from '../protocol/answers/dry-run.ts';
export type { LogLineView, LogsAnswer } from '../protocol/answers/log-lines.ts';
export type { RetiredCommand, RetiredCourse, Retiring } from '../protocol/answers/retiring.ts';
export {
  ERROR_CODES,
  type ErrorBody,
  type ErrorCode,
  type ErrorReply,
} from '../protocol/errors.ts';
export type {
  AuditEvent,
  CommandChange,
  DaemonEvent,
  EventKind,
  LaneEvent,
  ThreadEvent,
  UnknownEvent,
} from '../protocol/event.ts';
export type {
  ActsInput,
  AuditInput,
  BreakerAct,
  CommandInput,
  ListInput,
  LogsInput,
  RequestInput,
} from '../protocol/input/request-input.ts';
export type { TokenSource } from './authenticator.ts';
export { LockstepClient } from './client.ts';
export { DEFAULT_ENDPOINT, DEFAULT_EVENTS_ENDPOINT } from './endpoint.ts';
export {
  CLIENT_ERROR_CODES,
  ClientError,
  type ClientErrorCode,
  isExpected,
  worthRetrying,
} from './errors.ts';
export type { CallOptions, ClientOptions } from './options.ts';
export type {
  CommandFields,
  CreateFields,
  Lane,
  Selection,
  StatusFields,
  WithAuthor,
} from './requests/fields.ts';
export { Subscription } from './subscription.ts';
