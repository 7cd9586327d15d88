import type { SchedulerLike, Subscription } from 'rxjs';
import type { Dice } from './dice';
import { type NetworkFaults, faultless } from './network-faults';

/** Counts of batches since the network was made. */
export interface NetworkCounts {
  /** Batches that a transport took. */
  readonly sent: number;
  /** Batches that arrived. One that was doubled counts twice. */
  readonly delivered: number;
  /** Batches that were lost by chance, by a cut, or since their node was gone. */
  readonly lost: number;
  /** Batches that were sent twice by chance. */
  readonly doubled: number;
  /** Batches that the next one overtook. */
  readonly swapped: number;
}

/** An end of the wire. */
export interface WireEnd {
  readonly name: string;
  readonly nodeId: string;
  /** Hands the batch to the node. False: it cannot be reached. */
  receive(from: string, batch: unknown): boolean;
}

/** A batch that waits for the next one in its direction, which overtakes it. */
interface Held {
  readonly arrive: () => void;
  readonly timer: Subscription;
}

/** How long a batch waits for the next one, which is to overtake it, in milliseconds. After that it arrives late, but in order. */
const LONGEST_HOLD = 5;

/** Carries batches, with the faults of the network. */
export class Wire {
  faults: Required<NetworkFaults> = faultless;
  readonly counts: { -readonly [Name in keyof NetworkCounts]: number } = { sent: 0, delivered: 0, lost: 0, doubled: 0, swapped: 0 };
  readonly #scheduler: SchedulerLike;
  readonly #dice: Dice;
  readonly #ends = new Map<string, WireEnd>();
  readonly #cuts = new Set<string>();
  readonly #held = new Map<string, Held>();

  constructor(scheduler: SchedulerLike, dice: Dice) {
    this.#scheduler = scheduler;
    this.#dice = dice;
  }

  add(end: WireEnd): void {
    this.#ends.set(end.nodeId, end);
  }

  remove(end: WireEnd): void {
    this.#ends.delete(end.nodeId);
  }

  /** Loses batches from one name to another from now on. */
  cut(from: string, to: string): void {
    this.#cuts.add(pairOf(from, to));
  }

  heal(from: string, to: string): void {
    this.#cuts.delete(pairOf(from, to));
  }

  /** Milliseconds that the next batch, request or piece of news is under way. */
  latency(): number {
    const { latency } = this.faults;
    return typeof latency === 'number' ? latency : this.#dice.between(...latency);
  }

  send(from: WireEnd, to: string, batch: unknown): void {
    this.counts.sent++;
    const arrive = (): void => this.#arrive(from, to, batch);
    const direction = pairOf(from.nodeId, to);
    if (this.#dice.happens(this.faults.loss)) {
      this.counts.lost++;
      return;
    }
    this.#carry(direction, arrive);
    if (!this.#dice.happens(this.faults.doubles)) return;
    this.counts.doubled++;
    this.#carry(direction, arrive);
  }

  #carry(direction: string, arrive: () => void): void {
    const held = this.#held.get(direction);
    if (held === undefined && this.#dice.happens(this.faults.swaps)) {
      this.#hold(direction, arrive);
      return;
    }
    this.#scheduler.schedule(() => {
      arrive();
      if (held !== undefined && this.#held.get(direction) === held) {
        this.counts.swapped++;
        this.#letGo(direction, held);
      }
    }, this.latency());
  }

  #hold(direction: string, arrive: () => void): void {
    const timer = this.#scheduler.schedule(() => this.#letGo(direction, held), this.latency() + LONGEST_HOLD);
    const held: Held = { arrive, timer };
    this.#held.set(direction, held);
  }

  #letGo(direction: string, held: Held): void {
    this.#held.delete(direction);
    held.timer.unsubscribe();
    held.arrive();
  }

  #arrive(from: WireEnd, to: string, batch: unknown): void {
    const end = this.#ends.get(to);
    const isThere = end !== undefined && !this.#cuts.has(pairOf(from.name, end.name)) && end.receive(from.nodeId, batch);
    if (isThere) this.counts.delivered++;
    else this.counts.lost++;
  }
}

function pairOf(from: string, to: string): string {
  return JSON.stringify([from, to]);
}
