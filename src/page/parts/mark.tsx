/** A word with a tone: a state, a breaker, the result of a call. Shape and text say it too, not the colour alone. */
import type { ComponentChildren } from 'preact';
import type { CommandAnswer } from '../../protocol/answer.ts';
import { STATES, type Tone } from '../text/words.ts';

interface MarkProps {
  readonly tone: Tone;
  readonly title?: string;
  readonly children: ComponentChildren;
}

export function Mark({ tone, title, children }: MarkProps) {
  return (
    <span class={`mark ${tone}`} title={title}>
      {children}
    </span>
  );
}

export function StateMark({ command }: { readonly command: CommandAnswer }) {
  const { label, tone, meaning } = STATES[command.state];
  return (
    <span class="mark-list">
      <Mark tone={tone} title={meaning}>
        {label}
      </Mark>
      {command.stuck === true && (
        <Mark
          tone="bad"
          title="It takes longer than stuckAfterMs. It is retried until it succeeds."
        >
          stuck
        </Mark>
      )}
      {command.parked === true && (
        <Mark tone="bad" title="It crashed the daemon, and waits for an operator.">
          parked
        </Mark>
      )}
      {command.held === true && (
        <Mark tone="warn" title="Of a restored journal: it waits for an operator.">
          held
        </Mark>
      )}
      {command.forwardOnly === true && (
        <Mark tone="calm" title="It cannot be undone, and continues until it is done.">
          forward only
        </Mark>
      )}
    </span>
  );
}
