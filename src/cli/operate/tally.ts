/** The results of an operator's command for several commands: shown one by one, then summed up. */

import type { CommandAnswer } from '../../protocol/answer.ts';
import { isError } from '../../protocol/answer.ts';
import type { ErrorReply } from '../../protocol/errors.ts';
import { EXIT, type ExitCode, exitOfReply, worst } from '../exit-code.ts';
import { exitOfFault, type Fault, faultJson, isFault, printFault } from '../fault.ts';
import { errorText, outcomeText } from '../output/answer-text.ts';
import { indent, table } from '../output/table.ts';
import { plain, type Terminal } from '../output/terminal.ts';

export class OperatorTally {
  readonly #op: string;
  readonly #outcomes = new Map<string, number>();
  readonly #json: boolean;
  readonly #terminal: Terminal;
  #code: ExitCode = EXIT.done;
  /** The error that ended it early. */
  #end: Fault | ErrorReply | undefined;

  constructor(
    op: string,
    { json, terminal }: { readonly json: boolean; readonly terminal: Terminal },
  ) {
    this.#op = op;
    this.#json = json;
    this.#terminal = terminal;
  }

  /** The exit code of all so far. */
  get code(): ExitCode {
    return this.#code;
  }

  /** The answer; undefined if there was none, which ends it. */
  async heard<Answer extends object>(
    call: Promise<Answer | ErrorReply>,
  ): Promise<Answer | undefined> {
    try {
      const answer = await call;
      if (!isError(answer)) return answer;
      this.#end = answer;
      this.#code = exitOfReply(this.#end);
    } catch (error) {
      if (!isFault(error)) throw error;
      this.#end = error;
      this.#code = exitOfFault(error);
    }
    return undefined;
  }

  /** For one command; `shown` is the text for people. */
  async count(answer: CommandAnswer | ErrorReply, shown?: string): Promise<void> {
    const name = isError(answer) ? `error ${plain(answer.error.code)}` : outcomeText(answer);
    this.#outcomes.set(name, (this.#outcomes.get(name) ?? 0) + 1);
    this.#code = worst([this.#code, exitOfReply(answer)]);
    if (this.#json) await this.#terminal.json(answer);
    else if (isError(answer)) this.#terminal.complain(errorText(answer, this.#terminal));
    else if (this.#terminal.isQuiet) await this.#terminal.value(plain(answer.id));
    else if (shown !== undefined) await this.#terminal.line(shown);
  }

  /** @param complete nothing was left out */
  async json(complete: boolean): Promise<void> {
    if (!this.#json) return;
    const commands = [...this.#outcomes.values()].reduce((sum, one) => sum + one, 0);
    const outcomes = Object.fromEntries(this.#outcomes);
    const end = this.#end;
    const error =
      end === undefined ? {} : { error: isFault(end) ? faultJson(end).error : end.error };
    await this.#terminal.json({
      summary: { op: this.#op, commands, complete, outcomes, ...error },
    });
  }

  async sumUp(complete: boolean): Promise<ExitCode> {
    const [end, terminal] = [this.#end, this.#terminal];
    if (this.#json) await this.json(complete);
    else {
      await terminal.line(this.#text(complete));
      if (isFault(end)) printFault(end, terminal);
      else if (end !== undefined) terminal.complain(errorText(end, terminal));
    }
    return complete ? this.#code : worst([this.#code, EXIT.notDone]);
  }

  #text(complete: boolean): string {
    const rows = [...this.#outcomes].sort(([, a], [, b]) => b - a);
    const total = rows.reduce((sum, [, one]) => sum + one, 0);
    const columns = [{ title: 'outcome' }, { title: 'count', align: 'right' as const }];
    const cells = rows.map(([name, count]) => [name, String(count)]);
    const counts = total === 0 ? '' : `\n\n${indent(table(columns, cells))}`;
    const early = complete ? '' : ', stopped early: there may be more';
    return `${this.#op}: ${total === 1 ? '1 command' : `${total} commands`}${early}${counts}`;
  }
}
