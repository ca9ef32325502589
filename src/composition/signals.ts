/** The effects of signals, and of the end of pm2, on the whole daemon. */
import type { Settings } from '../config/schema.ts';
import type { ToThread } from '../lifecycle/control.ts';
import type { Shutdown } from '../lifecycle/shutdown.ts';
import { listenToSignals, terminalOf } from '../lifecycle/signals.ts';
import type { Log } from '../observe/log/log-port.ts';
import type { Telemetry } from '../observe/telemetry.ts';

interface Signalled {
  readonly shutdown: Shutdown;
  readonly telemetry: Telemetry;
  readonly log: Log;
  readonly send: (message: ToThread) => void;
  readonly onUnsupervised: () => void;
  readonly setLevel: (level: 'info' | 'debug') => void;
}

/** @returns whether pm2 is alive; undefined if the daemon was started without pm2 */
export function followSignals(
  settings: Settings,
  { shutdown, telemetry, log, send, setLevel, onUnsupervised }: Signalled,
): () => boolean | undefined {
  let isLost = false;
  const handlers = {
    onStop: (by: string) => shutdown.ask(by),
    onToggleDebug: toggleDebug(settings, log, setLevel),
    onIgnored: (by: string) => log.info(`${by} is ignored`),
    onUnsupervised: () => {
      if (shutdown.begun) return;
      isLost = true;
      log.error('pm2 is gone: nothing restarts this daemon after a crash; run npm start');
      telemetry.notify({ kind: 'unsupervised' });
      send({ unsupervised: true });
      onUnsupervised();
    },
  };
  listenToSignals(handlers, terminalOf());
  return () => (isLost ? false : process.connected || undefined);
}

/** SIGHUP switches debug logging on or off, in every thread. */
function toggleDebug(settings: Settings, log: Log, setLevel: (level: 'info' | 'debug') => void) {
  let debug = settings.logLevel === 'debug';
  return () => {
    debug = !debug;
    const level = debug ? 'debug' : 'info';
    setLevel(level);
    log.info(`log level is now ${level}`);
  };
}
