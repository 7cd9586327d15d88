import { type Recipient, Task } from '../kernel/task';
import { NORMAL_LANE } from '../message/lane';

/** One in 1,024 sends to an actor is timed (rule O5), but not the first ones, whose time is that of the compiler. A power of two less one. */
const SAMPLE_MASK = 1_023;
/** Nanoseconds above which a sample is dropped: it measured a pause of the machine, of the garbage collector or of the compiler. */
const PAUSE = 20_000;

/** How often one sample repeats the work of a direct send. Done once, work that is so rare would measure the compiler. */
const LOOKS = 16;

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
    if (!Number.isNaN(startedAt)) this.#add((performance.now() - startedAt) * 1e6);
  }

  /**
   * Takes a sample of the direct path: the time in which the broker finds the actor, sees that its mailbox is idle, and makes the task. The
   * direct path itself reads no clock, so this repeats its work.
   */
  sampleDirect(actors: ReadonlyMap<string, Recipient>, id: string): void {
    const startedAt = performance.now();
    let endedAt = startedAt;
    let task: Task | undefined;
    for (let look = 0; look < LOOKS; look++) {
      const recipient = actors.get(id);
      if (recipient?.isDirect === true) task = new Task(recipient, NORMAL_LANE, 'new', null);
      endedAt = performance.now();
    }
    if (task !== undefined) this.#add(((endedAt - startedAt) * 1e6) / LOOKS);
  }

  #add(ns: number): void {
    if (ns > PAUSE) return;
    this.#sum += ns;
    this.#count++;
  }
}
