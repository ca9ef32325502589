/**
 * The author of an operator's request, in the form that the log, events and answers show: the name of a proven client
 * replaces the client's own word, and the word of another one is marked.
 */
import { authorOf, type Principal } from '../../clients/principal.ts';
import { type Request, SCHEMAS } from '../../protocol/request.ts';

export function signed<Asked extends Request>(
  request: Asked,
  principal: Principal | undefined,
): Asked {
  if (!takesAuthor(request)) return request;
  return { ...request, by: authorOf(principal, request.by) };
}

function takesAuthor<Asked extends Request>(
  request: Asked,
): request is Asked & { readonly by?: string | undefined } {
  return 'by' in SCHEMAS[request.op].shape;
}
