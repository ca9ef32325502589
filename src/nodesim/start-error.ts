/** The simulator cannot start, for a reason that an operator can correct. */

export const EXIT_LOST = 1;
export const EXIT_WRONG_SETTINGS = 78;

export class CannotStart extends Error {
  readonly exitCode: typeof EXIT_LOST | typeof EXIT_WRONG_SETTINGS;

  /** @param message names the error, and the variable that corrects it */
  constructor(
    message: string,
    options: ErrorOptions & { readonly exitCode: CannotStart['exitCode'] },
  ) {
    super(message, options);
    this.exitCode = options.exitCode;
  }
}
