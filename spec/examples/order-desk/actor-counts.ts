import type { DeadLetter, Mailbox } from 'rx-broker';
import type { SchedulerLike, Subscription } from 'rxjs';

export type LossCode = DeadLetter['reason'];

/** One actor in numbers, from the opening of the desk on. */
export interface ActorCounts {
  readonly name: string;
  /** Messages queued now, and the most that may be. */
  readonly depth: number;
  readonly capacity: number;
  /** The depth, summed over time: of two moments, the difference by the milliseconds between them is the mean depth. */
  readonly depthTime: number;
  /** Turns that are open now. */
  readonly inFlight: number;
  /** Turns that have begun. */
  readonly turns: number;
  /** Turns that have ended, and the milliseconds of all of them. */
  readonly ended: number;
  readonly milliseconds: number;
  /** Messages that were lost here, by the reason of their dead letters. */
  readonly losses: Readonly<Partial<Record<LossCode, number>>>;
}

/** Counts what happens at one actor, also if its mailbox is replaced. */
export class ActorCounter {
  readonly #name: string;
  readonly #scheduler: SchedulerLike;
  readonly #losses: Partial<Record<LossCode, number>> = {};
  #mailbox: Mailbox;
  #watching: Subscription;
  /** What former mailboxes have counted. */
  #before = { turns: 0, ended: 0, milliseconds: 0 };
  /** The depth since `since`, and its sum before that. */
  #depth = { now: 0, since: 0, sum: 0 };

  constructor(name: string, mailbox: Mailbox, scheduler: SchedulerLike) {
    this.#name = name;
    this.#scheduler = scheduler;
    this.#mailbox = mailbox;
    this.#watching = this.#watch();
  }

  lost(reason: LossCode): void {
    this.#losses[reason] = (this.#losses[reason] ?? 0) + 1;
  }

  replace(mailbox: Mailbox): void {
    const { turns, ended, milliseconds } = this.counts();
    this.#before = { turns, ended, milliseconds };
    this.#mailbox = mailbox;
    this.#watching.unsubscribe();
    this.#watching = this.#watch();
  }

  counts(): ActorCounts {
    const { size, capacity, inFlight, delivered, turnTimes = { count: 0, sum: 0 } } = this.#mailbox.metrics();
    return {
      name: this.#name,
      depth: size,
      capacity,
      depthTime: this.#depth.sum + this.#depth.now * (this.#scheduler.now() - this.#depth.since),
      inFlight,
      turns: this.#before.turns + delivered,
      ended: this.#before.ended + turnTimes.count,
      milliseconds: this.#before.milliseconds + turnTimes.sum,
      losses: { ...this.#losses },
    };
  }

  #watch(): Subscription {
    const { capacity, pressure$ } = this.#mailbox;
    return pressure$.subscribe((pressure) => {
      const { now: depth, since, sum } = this.#depth;
      const now = this.#scheduler.now();
      this.#depth = { now: pressure * capacity, since: now, sum: sum + depth * (now - since) };
    });
  }
}
