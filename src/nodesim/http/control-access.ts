/**
 * Which requests reach the controls under `/_sim`: those of programs on this machine, and none of web pages of others.
 * The API of the nodes themselves is served to everybody, as the original serves it.
 */
import { hostFault, originFault } from '../../base/http-source.ts';
import { errorReply, type SimReply } from '../node/answers.ts';
import { SOURCES } from '../settings.ts';
import type { HttpCall } from './server.ts';

const LOOPBACK = /^(?:::ffff:)?127\.|^::1$/;
const FROM_ELSEWHERE = `the controls are for programs on this machine, unless ${SOURCES.remoteControls.variable} is true`;

/** @returns the answer to a request that is refused */
export function refusalOf(call: HttpCall, remoteControls: boolean): SimReply | undefined {
  const { rawHeaders, socket } = call.request;
  const head = { target: call.url, rawHeaders };
  const fault = hostFault(head, []) ?? originFault(head);
  if (fault !== undefined) return errorReply(fault.status, fault.message);
  const isLocal = LOOPBACK.test(socket.remoteAddress ?? '');
  return isLocal || remoteControls ? undefined : errorReply(403, FROM_ELSEWHERE);
}
