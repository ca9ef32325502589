/** The simulator can't start, for a reason that an operator can mend. */

export const EXIT_LOST = 1;
export const EXIT_WRONG_SETTINGS = 78;

export class CannotStart extends Error {
  readonly exitCode: typeof EXIT_LOST | typeof EXIT_WRONG_SETTINGS;

  /** @param message says what is wrong and names the variable that mends it */
  constructor(
    message: string,
    options: ErrorOptions & { readonly exitCode: CannotStart['exitCode'] },
  ) {
    super(message, options);
    this.exitCode = options.exitCode;
  }
}
