/**
 * An operator's command for all open commands that a filter matches: shows their number, asks, and
 * continues page by page until none is left.
 */
import { isError, type LockstepClient, type Selection } from '../../client/index.ts';
import type { CommandAnswer, SelectionAnswer } from '../../protocol/answer.ts';
import type { OperatorAct } from '../../protocol/work.ts';
import { EXIT, type ExitCode, exitOfReply } from '../exit-code.ts';
import { interruptible } from '../input/interrupts.ts';
import { agree, mustBeAskable } from '../input/question.ts';
import { commandTable } from '../output/command-table.ts';
import { printError } from '../output/show.ts';
import type { Terminal } from '../output/terminal.ts';
import { type DaemonArguments, withDaemon } from '../with-daemon.ts';
import { author } from './author.ts';
import { OperatorTally } from './tally.ts';

const SHOWN_MAX = 20;
const PAGE = 500;

/** The last two are for held commands. */
type Order = OperatorAct | 'restore --resume' | 'restore --abandon';

/** The question; a retry does no harm and needs none. */
const QUESTIONS: Readonly<Record<Order, ((many: string) => string) | undefined>> = {
  retry: undefined,
  cancel: (many) => `Cancel ${many}?`,
  abandon: (many) => `Give up ${many} forever? The nodes stay as they are.`,
  'restore --resume': (many) => `Resume ${many} as the journal has them?`,
  'restore --abandon': (many) => `Give ${many} up forever, whatever the nodes hold?`,
};

/** The loss in case of a mistake. */
const HARM: Readonly<Record<Order, string>> = {
  retry: 'retry with a filter can repeat many commands',
  cancel: 'cancel with a filter can roll many commands back',
  abandon: 'abandon leaves the nodes different for good',
  'restore --resume': 'restore --resume changes nodes',
  'restore --abandon': 'restore --abandon leaves nodes as they are for good',
};

interface Arguments extends DaemonArguments {
  readonly json: boolean | undefined;
  readonly yes: boolean | undefined;
  readonly 'dry-run': boolean | undefined;
  readonly filter: Readonly<Record<string, unknown>>;
}

export function operateByFilter(op: Order, args: Arguments, terminal: Terminal): Promise<number> {
  const dryRun = args['dry-run'] === true;
  const question = QUESTIONS[op];
  if (!dryRun && question !== undefined) mustBeAskable(HARM[op], { ...args, terminal });
  const filter = args.filter as Selection['filter'];
  return withDaemon(args, terminal, async (client): Promise<number> => {
    const limit = dryRun ? PAGE : SHOWN_MAX;
    const preview = await client.operate({ ...fieldsOf(op), filter, dryRun: true, limit });
    if (isError(preview)) {
      await printError(preview, terminal);
      return exitOfReply(preview);
    }
    if (dryRun) return showPreview(op, preview, { terminal, json: args.json === true });
    const many = preview.matched === 1 ? '1 command' : `${preview.matched} commands`;
    if (preview.matched > 0 && question !== undefined && args.yes !== true) {
      terminal.note(previewText(preview, terminal));
      await agree(question(many), '', { yes: args.yes, terminal });
    }
    const act = { op, filter, json: args.json === true };
    return interruptible(terminal, {
      run: (stop) => actOnAll(client, { ...act, stop }, terminal),
      leave: () => client.close(),
    });
  });
}

async function showPreview(
  op: Order,
  preview: SelectionAnswer,
  { terminal, json }: { readonly terminal: Terminal; readonly json: boolean },
): Promise<ExitCode> {
  const { matched, commands } = preview;
  if (json) {
    for (const one of commands) await terminal.json(one);
    const summary = { op, dryRun: true, matched, shown: commands.length };
    await terminal.json({ summary });
  } else await terminal.line(previewText(preview, terminal));
  return EXIT.done;
}

function previewText({ matched, commands }: SelectionAnswer, terminal: Terminal): string {
  if (matched === 0) return 'No command matches.';
  const shown = commands.filter((one): one is CommandAnswer => !isError(one));
  const more = matched > shown.length ? `\n… and ${matched - shown.length} more` : '';
  return `${commandTable(shown, terminal)}${more}`;
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
  readonly stop: AbortSignal;
}

async function actOnAll(
  client: LockstepClient,
  { op, filter, json, stop }: Act,
  terminal: Terminal,
): Promise<ExitCode> {
  const tally = new OperatorTally(op, { json, terminal });
  let cursor: string | undefined;
  do {
    const from = cursor === undefined ? {} : { cursor };
    const page = await tally.heard(
      client.operate({ ...fieldsOf(op), filter, limit: PAGE, by: author(), ...from }),
    );
    if (page === undefined) break;
    for (const one of page.commands) await tally.count(one);
    cursor = page.next;
  } while (cursor !== undefined && !stop.aborted);
  return tally.sumUp(cursor === undefined);
}
