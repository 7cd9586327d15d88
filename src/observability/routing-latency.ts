import type { Recipient } from '../kernel/task';

/** One in 1,024 sends to an actor is timed (rule O5), not the first ones, which would measure the compiler. A power of two less one. */
const SAMPLE_MASK = 1_023;
/** Nanoseconds above which a sample is dropped: it measured a pause of the machine, of the garbage collector or of the compiler. */
const PAUSE = 20_000;

/** Whether a send to this actor is to be timed. */
export function isSampleDue(recipient: Recipient): boolean {
  return (recipient.delivered & SAMPLE_MASK) === SAMPLE_MASK;
}

/** The time at which a send begins, for `sample`. `NaN` if the send is not to be timed. */
export function sampleStart(recipient: Recipient): number {
  return isSampleDue(recipient) ? performance.now() : NaN;
}

/** The mean time from a send's call to the mailbox's answer, over sampled sends (rule O5). */
export class RoutingLatency {
  #sum = 0;
  #count = 0;

  /** In whole nanoseconds; 0 before the first sample. */
  get mean(): number {
    return Math.round(this.#sum / (this.#count || 1));
  }

  /** Takes a sample: a mailbox has answered a send that began at `startedAt`. */
  sample(startedAt: number): void {
    if (Number.isNaN(startedAt)) return;
    const ns = (performance.now() - startedAt) * 1e6;
    if (ns > PAUSE) return;
    this.#sum += ns;
    this.#count++;
  }
}
