/** The documentation of a setting, beside its schema. */
import { z } from 'zod';

export interface SettingDoc {
  /** Its effect, for the reader of docs/configuration.md. */
  readonly text: string;
  readonly unit?: 'ms' | 'bytes' | 'days' | 'hours';
  /** The allowed values, if the schema alone does not show them. */
  readonly allowed?: string;
  /** The default as text, if it depends on the machine or on another setting. */
  readonly fallback?: string;
  /** It has no variable and no flag. */
  readonly fileOnly?: true;
  /** Its name in other programs. `LOCKSTEP_…` is stronger; empty means unset. */
  readonly variable?: string;
  /** Its value is never shown: in no message, not by `--check`, not in the log. */
  readonly secret?: true;
  /** A part of its value may be a secret: it is shown without that. */
  readonly holdsSecret?: true;
}

export const settingDocs = z.registry<SettingDoc>();
