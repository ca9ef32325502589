/**
 * An operator's word about all open commands that a filter matches: shows first how many there are,
 * asks, and goes on page by page until none is left.
 */
import { isError, type LockstepClient, type Selection } from '../client/index.ts';
import type { CommandAnswer, SelectionAnswer } from '../protocol/answer.ts';
import type { ErrorReply } from '../protocol/errors.ts';
import type { OperatorAct } from '../protocol/work.ts';
import { commandTable, errorText, outcomeText } from './answer-text.ts';
import { author } from './author.ts';
import { EXIT, type ExitCode, exitOfReply } from './exit-code.ts';
import { agreed, mustBeAskable } from './question.ts';
import { withDaemon } from './subcommand.ts';
import { indent, table } from './table.ts';
import { plain, type Terminal } from './terminal.ts';

const SHOWN_MAX = 20;
const PAGE = 500;

/** The last two are of held commands. */
type Order = OperatorAct | 'restore --resume' | 'restore --abandon';

/** What is asked; a retry does no harm. */
const QUESTIONS: Readonly<Record<Order, ((many: string) => string) | undefined>> = {
  retry: undefined,
  cancel: (many) => `Cancel ${many}?`,
  abandon: (many) => `Give up the rollbacks of ${many} for ever?`,
  'restore --resume': (many) => `Have ${many} go on as the journal has them?`,
  'restore --abandon': (many) => `Give ${many} up for ever, whatever the nodes hold of them?`,
};

interface Arguments {
  readonly endpoint: string | undefined;
  readonly timeout: string | undefined;
  readonly json: boolean | undefined;
  readonly yes: boolean | undefined;
  readonly 'dry-run': boolean | undefined;
  readonly filter: Readonly<Record<string, unknown>>;
}

export function operateByFilter(op: Order, args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const dryRun = args['dry-run'] === true;
  const question = QUESTIONS[op];
  if (!dryRun && question !== undefined) mustBeAskable(`${op} by a filter`, { ...args, terminal });
  const filter = args.filter as Selection['filter'];
  return withDaemon(args, async (client) => {
    const limit = dryRun ? PAGE : SHOWN_MAX;
    const preview = await client.operate({ ...fieldsOf(op), filter, dryRun: true, limit });
    if (isError(preview)) return tellError(preview, args, terminal);
    if (dryRun) return showPreview(preview, args, terminal);
    const many = preview.matched === 1 ? '1 command' : `${preview.matched} commands`;
    if (preview.matched > 0 && question !== undefined && args.yes !== true) {
      terminal.note(previewText(preview));
      if (!(await agreed(question(many), '', { yes: args.yes, terminal }))) return EXIT.notDone;
    }
    return actOnAll(client, { op, filter, json: args.json === true }, terminal);
  });
}

async function showPreview(
  preview: SelectionAnswer,
  { json }: Arguments,
  terminal: Terminal,
): Promise<ExitCode> {
  if (json) await terminal.json(preview);
  else await terminal.line(previewText(preview));
  return EXIT.done;
}

function previewText({ matched, commands }: SelectionAnswer): string {
  if (matched === 0) return 'No command matches.';
  const shown = commands.filter((one): one is CommandAnswer => !isError(one));
  const more = matched > shown.length ? `\n… and ${matched - shown.length} more` : '';
  return `${commandTable(shown)}${more}`;
}

function fieldsOf(op: Order) {
  if (op === 'restore --resume') return { op: 'restore', act: 'resume' } as const;
  if (op === 'restore --abandon') return { op: 'restore', act: 'abandon' } as const;
  return { op };
}

interface Act {
  readonly op: Order;
  readonly filter: Selection['filter'];
  readonly json: boolean;
}

async function actOnAll(client: LockstepClient, act: Act, terminal: Terminal): Promise<ExitCode> {
  const outcomes = new Map<string, number>();
  const { op, filter } = act;
  let cursor: string | undefined;
  do {
    const page = await client.operate({
      ...fieldsOf(op),
      filter,
      limit: PAGE,
      by: author(),
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (isError(page)) return tellError(page, act, terminal);
    for (const one of page.commands) await count(one, { outcomes, json: act.json }, terminal);
    cursor = page.next;
  } while (cursor !== undefined && !terminal.closed.aborted);
  const total = [...outcomes.values()].reduce((sum, one) => sum + one, 0);
  const rows = [...outcomes].sort(([, a], [, b]) => b - a).map(([name, n]) => [name, String(n)]);
  const columns = [{ title: 'outcome' }, { title: 'count', align: 'right' as const }];
  const counts = total === 0 ? '' : `\n\n${indent(table(columns, rows))}`;
  const summary = `${op}: ${total === 1 ? '1 command' : `${total} commands`}${counts}`;
  if (act.json) terminal.note(summary);
  else await terminal.line(summary);
  return [...outcomes.keys()].some((name) => name.startsWith('error')) ? EXIT.notDone : EXIT.done;
}

async function count(
  answer: CommandAnswer | ErrorReply,
  { outcomes, json }: { readonly outcomes: Map<string, number>; readonly json: boolean },
  terminal: Terminal,
): Promise<void> {
  const name = isError(answer) ? `error ${plain(answer.error.code)}` : outcomeText(answer);
  outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
  if (json) await terminal.json(answer);
  else if (isError(answer)) terminal.note(errorText(answer, terminal));
}

async function tellError(
  reply: ErrorReply,
  { json }: { readonly json: boolean | undefined },
  terminal: Terminal,
): Promise<ExitCode> {
  if (json === true) await terminal.json(reply);
  else terminal.note(errorText(reply, terminal));
  return exitOfReply(reply);
}
