/**
 * The supervisor's deadlines. They nest with those of the daemon and of the container:
 * request timeout < drain < escalation < hard exit < kill < container stop
 * (test/tooling/deadlines.test.ts reads them all).
 */
module.exports = {
  /** Time for an app to report that it is ready: enough to read a long journal. */
  readyMs: 30_000,
  /** From the stop signal to SIGKILL; the daemon's setting `killTimeoutMs` says the same. */
  killMs: 40_000,
  /** The first wait before a restart; pm2 lets it grow to 15 s. */
  restartMs: 100,
};
