import type { Registry } from './registry';
import type { SteadyClock } from './steady-clock';
import { leaseKey } from './subjects';

/** The value of the lease of a living node. `renewedAt` is a time of the node's own clock. */
interface LiveValue {
  readonly renewedAt: number;
  readonly duration: number;
}

/** Written in place of the lease of a node that is gone. No renewal succeeds after it. */
export const TOMBSTONE: string = 'gone';

/** Whether the value of a lease says that its node lives. */
export function isLive(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== TOMBSTONE;
}

/** The milliseconds for which a live lease holds after each renewal. */
export function durationOf(value: string): number {
  return (JSON.parse(value) as LiveValue).duration;
}

/**
 * The lease of this node: as long as it has not ended, no other node takes over what this one owns.
 *
 * The server ends the lease a fixed time after it stored the last renewal. This node counts from when it sent that renewal, so it stops first.
 */
export class Lease {
  readonly #registry: Registry;
  readonly #clock: SteadyClock;
  readonly #key: string;
  readonly #duration: number;
  readonly #onEnd: () => void;
  #revision = 0;
  #endsAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isHeld = false;

  /** `onEnd` is called once: the lease could not be renewed in time, or this node was declared gone. */
  constructor(registry: Registry, clock: SteadyClock, node: string, duration: number, onEnd: () => void) {
    this.#registry = registry;
    this.#clock = clock;
    this.#key = leaseKey(node);
    this.#duration = duration;
    this.#onEnd = onEnd;
  }

  /** Takes the lease, and renews it from then on. Rejects with `Unsettled`, or as the registry does, if it may succeed later. */
  async take(): Promise<void> {
    await this.#write();
    this.#isHeld = true;
    this.#renewIn(this.#duration / 5);
  }

  /** Ends the lease if its time is over. To be asked before anything is done that only a living node may do. */
  hasEnded(): boolean {
    if (this.#isHeld && this.#clock.now() >= this.#endsAt) this.#end();
    return !this.#isHeld;
  }

  /** Ends the lease at once: the node was found to be declared gone, or will never reach the server again. */
  lose(): void {
    if (this.#isHeld) this.#end();
  }

  /** Gives the lease up, so that the other nodes need not wait for its end. */
  async leave(): Promise<void> {
    if (!this.#isHeld) return;
    this.#stop();
    await this.#registry.write(this.#key, TOMBSTONE, this.#revision, { seconds: this.#duration / 1000 });
  }

  /** Stops renewing. `onEnd` is not called. */
  #stop(): void {
    this.#isHeld = false;
    clearTimeout(this.#timer);
  }

  #end(): void {
    this.#stop();
    this.#onEnd();
  }

  #renewIn(ms: number): void {
    clearTimeout(this.#timer);
    // A lease that cannot be renewed is noticed when it ends, not at the attempt after that.
    const left = Math.max(0, this.#endsAt - this.#clock.now());
    this.#timer = setTimeout(() => void this.#renew(), Math.min(ms, left));
  }

  async #renew(): Promise<void> {
    if (this.hasEnded()) return;
    try {
      await this.#write();
      if (!this.hasEnded()) this.#renewIn(this.#duration / 5);
    } catch {
      // The time alone decides whether the lease has ended. The kind of error does not matter.
      if (!this.hasEnded()) this.#renewIn(this.#duration / 20);
    }
  }

  async #write(): Promise<void> {
    const renewedAt = this.#clock.now();
    const value = JSON.stringify({ renewedAt, duration: this.#duration } satisfies LiveValue);
    const revision = await this.#registry.write(this.#key, value, this.#revision, { seconds: this.#duration / 1000, timeout: this.#duration / 10 });
    if (revision === undefined) await this.#adopt();
    else this.#renewed(revision, renewedAt);
  }

  /** A write was refused. Either an earlier one was stored and its receipt lost, or the lease is not there (any more, if it was held). */
  async #adopt(): Promise<void> {
    const entry = await this.#registry.readOther(this.#key, this.#revision);
    if (entry === undefined || !isLive(entry.value)) this.lose();
    else this.#renewed(entry.revision, (JSON.parse(entry.value) as LiveValue).renewedAt);
  }

  #renewed(revision: number, renewedAt: number): void {
    this.#revision = revision;
    this.#endsAt = renewedAt + this.#duration;
  }
}
