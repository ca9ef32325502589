/** Puts given values over the defaults: the strongest source of each setting counts. */
import type { Problem } from '../problem.ts';
import { type ReadSettings, SETTING_KEYS, type SettingKey, settingsSchema } from '../schema.ts';
import { type Given, readGiven } from '../settings/setting.ts';

/** The source of each setting: `default`, or as in {@link Problem.source}. */
export type Sources = Readonly<Record<SettingKey, string>>;

export interface Layered {
  readonly read: ReadSettings;
  readonly sources: Sources;
  /** Settings with a wrong value in some source; their value here is another one. */
  readonly faulty: ReadonlySet<SettingKey>;
  readonly problems: readonly Problem[];
}

/** @param given the weakest source first */
export function layer(given: readonly Given[]): Layered {
  const values = new Map<SettingKey, unknown>();
  const sources = new Map<SettingKey, string>();
  for (const key of SETTING_KEYS) {
    values.set(key, settingsSchema.shape[key].parse(undefined));
    sources.set(key, 'default');
  }
  const faulty = new Set<SettingKey>();
  const problems: Problem[] = [];
  for (const one of given) {
    const result = readGiven(one);
    if (result.ok) {
      values.set(one.key, result.value);
      sources.set(one.key, one.source);
    } else {
      faulty.add(one.key);
      problems.push(...result.problems);
    }
  }
  return {
    // Every key has its own schema's output.
    read: Object.fromEntries(values) as ReadSettings,
    sources: Object.fromEntries(sources) as Record<SettingKey, string>,
    faulty,
    problems,
  };
}
