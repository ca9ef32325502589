/** What is said of a setting beside its schema, for the documentation and for whoever reads it. */
import { z } from 'zod';

export interface SettingDoc {
  /** What it does, for the reader of docs/configuration.md. */
  readonly text: string;
  readonly unit?: 'ms' | 'bytes' | 'days' | 'hours';
  /** What may be given, where the schema alone does not say it. */
  readonly allowed?: string;
  /** The default in words, where it depends on the machine or on another setting. */
  readonly fallback?: string;
  /** It has no variable and no flag. */
  readonly fileOnly?: true;
  /** The name other programs know it by; `LOCKSTEP_…` is stronger, and empty is as good as unset. */
  readonly variable?: string;
  /** Its value is never shown: not in a message, not by `--check`, not in the log. */
  readonly secret?: true;
}

export const settingDocs = z.registry<SettingDoc>();
