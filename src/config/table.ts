/** All settings as rows: for docs/configuration.md and `--help`. */

import { SETTING_KEYS, type SettingKey, settingsSchema } from './schema.ts';
import { allowedText, docOf } from './settings/setting.ts';
import { envName, flagName } from './sources/names.ts';

export interface SettingRow {
  readonly key: SettingKey;
  /** Absent for settings that only a file can have. */
  readonly env?: string;
  readonly flag?: string;
  /** The name other programs know it by. */
  readonly variable?: string;
  readonly fallback: string;
  readonly allowed: string;
  readonly text: string;
}

export function settingRows(): readonly SettingRow[] {
  return SETTING_KEYS.map((key) => {
    const { text, fallback, fileOnly, variable } = docOf(key);
    return {
      key,
      ...(fileOnly === true ? {} : { env: envName(key), flag: flagName(key) }),
      ...(variable === undefined ? {} : { variable }),
      fallback: fallback ?? plain(settingsSchema.shape[key].parse(undefined)),
      allowed: allowedText(key),
      text,
    };
  });
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
