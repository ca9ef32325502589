/** What the reader has chosen: the colours, and the zone of times. Kept in the browser. */
import { effect, signal } from '@preact/signals';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const ZONES = ['local', 'utc'] as const;
export type Zone = (typeof ZONES)[number];

export const theme = signal<Theme>(kept('theme', THEMES, 'system'));
export const zone = signal<Zone>(kept('zone', ZONES, 'local'));

/** Keeps the choices, and shows the theme. */
export function followChoices(): void {
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value;
    keep('theme', theme.value);
  });
  effect(() => keep('zone', zone.value));
}

function kept<Choice extends string>(
  name: string,
  choices: readonly Choice[],
  usual: Choice,
): Choice {
  try {
    const value = localStorage.getItem(`lockstep.${name}`);
    return choices.find((choice) => choice === value) ?? usual;
  } catch {
    // A browser may allow no storage.
    return usual;
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`lockstep.${name}`, value);
  } catch {
    // Then the choice lasts as long as the page.
  }
}
