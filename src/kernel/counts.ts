/** The counts of a broker, or of a mailbox without one. The totals of `metrics()` are derived from these (rule O2). */
export class Counts {
  /** Messages queued or waiting for a place. */
  pending = 0;
  /** Turns left open: a promise, a stream or a delivery is to settle them. */
  open = 0;
  /** Callers that wait for a reply. */
  requests = 0;
  /** Turns whose handler failed. */
  errored = 0;
  /** Turns that were ended from outside. */
  aborted = 0;
  /** Turns begun by actors that have left. A registered mailbox counts its own turns, so that a message costs one increment. */
  departed = 0;
  /** Promises of `onStop` that have not settled. */
  stopping = 0;
  /** Mailboxes closed so far. A list of the open ones is out of date when this has changed. */
  closings = 0;

  /** The sums of these counts and others. */
  plus(others: Counts): Counts {
    const sum = new Counts();
    for (const name of Object.keys(sum) as (keyof Counts)[]) if (name !== 'plus') sum[name] = this[name] + others[name];
    return sum;
  }
}
