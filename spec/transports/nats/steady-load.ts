import { type ActorId, type MessageBroker, SendError } from 'rx-broker';
import { EventLog } from './event-log';

/** How a request ended: with the right reply, or with the code of its error and what is known of its start. */
export type Outcome = 'ok' | `${string} ${'true' | 'false' | 'unknown'}` | 'wrong reply';

/** Asks an actor again and again, always so many at once. The n-th message is n, and n + 1 the right reply. */
export class SteadyLoad {
  readonly outcomes: EventLog<Outcome> = new EventLog();
  /** The longest time that one request took, in milliseconds. */
  longest = 0;
  readonly #ask: (n: number, end: (outcome: Outcome) => void) => void;
  readonly #atOnce: number;
  #sentCount = 0;
  #isOver = false;

  constructor(atOnce: number, ask: (n: number, end: (outcome: Outcome) => void) => void) {
    this.#atOnce = atOnce;
    this.#ask = ask;
    for (let i = 0; i < this.#atOnce; i++) this.#next();
  }

  static on(broker: MessageBroker, id: ActorId<any>, atOnce: number, timeout = 30_000): SteadyLoad {
    return new SteadyLoad(atOnce, (n, end) => {
      broker.send(id, n, { timeout }).subscribe({
        next: (reply) => end(reply === n + 1 ? 'ok' : 'wrong reply'),
        error: (error: unknown) => end(error instanceof SendError ? `${error.code} ${error.started}` : `${String(error)} unknown`),
      });
    });
  }

  get sentCount(): number {
    return this.#sentCount;
  }

  /** Resolves when so many more requests have ended well. */
  async moreOk(count: number): Promise<void> {
    const { all } = this.outcomes;
    let from = all.length;
    let left = count;
    await this.outcomes.until(() => {
      for (; from < all.length; from++) if (all[from] === 'ok') left--;
      return left <= 0;
    });
  }

  /** Sends nothing more. Resolves, when all have ended, with how many ended in which way. */
  async end(): Promise<Readonly<Partial<Record<Outcome, number>>>> {
    this.#isOver = true;
    await this.outcomes.until(() => this.outcomes.all.length === this.#sentCount);
    return this.counts();
  }

  counts(from = 0): Partial<Record<Outcome, number>> {
    const counts: Partial<Record<Outcome, number>> = {};
    for (const outcome of this.outcomes.all.slice(from)) counts[outcome] = (counts[outcome] ?? 0) + 1;
    return counts;
  }

  #next(): void {
    if (this.#isOver) return;
    const n = this.#sentCount++;
    const startedAt = performance.now();
    this.#ask(n, (outcome) => {
      this.longest = Math.max(this.longest, performance.now() - startedAt);
      this.outcomes.add(outcome);
      // A request that fails at once must not send the next one in its own call for ever.
      if (outcome === 'ok') this.#next();
      else setTimeout(() => this.#next());
    });
  }
}

/** Counts how often each number came. */
export class SeenOnce {
  readonly #times: number[] = [];

  see(n: number): number {
    this.#times[n] = (this.#times[n] ?? 0) + 1;
    return n + 1;
  }

  get count(): number {
    return this.#times.filter((times) => times > 0).length;
  }

  get twice(): number {
    return this.#times.filter((times) => times > 1).length;
  }
}
