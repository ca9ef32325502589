/** The exit codes that keep an app down; after any other pm2 starts it again. */
module.exports = {
  /** A restart would not fix it. */
  badConfiguration: 78,
  /** The exit code of an app after an intended stop, set by LOCKSTEP_STOP_EXIT_CODE. */
  stoppedOnPurpose: 79,
};
