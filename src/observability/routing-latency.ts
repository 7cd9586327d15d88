import { type Recipient, Task } from '../kernel/task';
import { NORMAL_LANE } from '../message/lane';

/** Of an actor's sends one in so many is timed (rule O5): a power of two, less one. The first ones measure the compiler, and are not. */
const SAMPLE_MASK = 1_023;
/** Nanoseconds above which a sample measured something else: a pause of the machine, of the garbage collector or of the compiler. */
const PAUSE = 20_000;

/** How often a direct send is repeated for one sample: a single one measures the compiler, since it is so rare. */
const LOOKS = 16;

/** Whether a send to this actor is to be timed. */
export function isSampleDue(recipient: Recipient): boolean {
  return (recipient.delivered & SAMPLE_MASK) === SAMPLE_MASK;
}

/** When a send begins, for `sample`; `NaN` where it is not to be timed. */
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

  /** The mailbox has answered a send that began at `startedAt`. */
  sample(startedAt: number): void {
    if (!Number.isNaN(startedAt)) this.#add((performance.now() - startedAt) * 1e6);
  }

  /**
   * Times what the broker does for a direct send before it calls the handler: it finds the actor, sees that its mailbox is idle, and makes the
   * turn's task. The direct path has no room for a clock, so this repeats that work, with a reading of the clock each time.
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
