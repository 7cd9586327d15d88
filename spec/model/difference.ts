/** The model and the broker differ, or a law does not hold. */
export class Difference extends Error {
  override readonly name: string = 'Difference';

  constructor(
    /** The run and the channel, or the law. */
    readonly noticedBy: string,
    what: string,
  ) {
    super(`${noticedBy}: ${what}`);
  }
}
