/** Plain lines on the console; an error has its stack. */

export const LOG_LEVELS = ['error', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface Log {
  /** Checked before a line is built, so that disabled levels cost nothing. */
  readonly debugs: boolean;
  debug(text: string): void;
  info(text: string): void;
  error(text: string, error: unknown): void;
}

export function createLog(level: LogLevel, name: string): Log {
  const line = (severity: string, text: string): string =>
    `${new Date().toISOString()} ${severity} ${name} ${text}`;
  return {
    debugs: level === 'debug',
    debug: (text) => {
      if (level === 'debug') console.log(line('debug', text));
    },
    info: (text) => {
      if (level !== 'error') console.log(line('info', text));
    },
    error: (text, error) => {
      const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
      console.error(line('error', `${text}: ${stack}`));
    },
  };
}
