import { type ActorId, type BrokerMetrics, type BrokerOptions, type DeadLetter, InMemoryMessageBroker, actorId } from 'rx-broker';
import { toMetrics } from 'rx-broker/operators';
import { expect } from 'vitest';
import { type Seen, expectConserved, watchFor } from '../broker/setup';
import { JumpingClock } from './jumping-clock';

/** Each trial runs with and without an observer of events, so on the broker's fast paths and on its slow path. */
export const MODES = [
  { mode: 'unobserved', observed: false },
  { mode: 'observed', observed: true },
];

/** The message to which every actor of a trial replies with `fine`. It may treat other messages badly. */
export const ORDINARY = 'ordinary';
const BYSTANDER = actorId<any>('bystander');

/** A broker in virtual time with observers on all streams, for tests that do something hostile to it. */
export class Trial {
  readonly clock = new JumpingClock();
  readonly broker: InMemoryMessageBroker;
  readonly letters: DeadLetter[] = [];
  readonly logged: string[] = [];
  readonly #streams: readonly Seen[];
  #counted: BrokerMetrics | undefined;
  /** The broker's metrics when `events$` completed. */
  #atEnd: BrokerMetrics | undefined;

  constructor({ observed, ...options }: BrokerOptions & { readonly observed: boolean }) {
    this.broker = new InMemoryMessageBroker({ logDeadLetters: false, logger: (line) => this.logged.push(line), scheduler: this.clock, ...options });
    const { broker } = this;
    if (observed) {
      broker.events$.pipe(toMetrics()).subscribe({ next: (metrics) => (this.#counted = metrics), complete: () => (this.#atEnd = broker.metrics()) });
    }
    broker.deadLetters$.subscribe((letter) => this.letters.push(letter));
    broker.spawn(BYSTANDER, () => 'fine');
    this.#streams = [broker.deadLetters$, broker.broadcasts$, broker.topic$('>'), broker.metrics$, broker.watch(BYSTANDER)].map((stream) => watchFor(stream));
  }

  /** The broker's metrics without the bystander. */
  get metrics(): BrokerMetrics {
    const metrics = this.broker.metrics();
    return { ...metrics, registeredActors: metrics.registeredActors - 1 };
  }

  /** Checks that no count is lost or doubled: the metrics match `counts`, and the laws of O2 hold, for observers too (O1). */
  expectCounts(counts: Partial<BrokerMetrics>): void {
    expect(this.metrics).toMatchObject({ pending: 0, inFlight: 0, openRequests: 0, ...counts });
    this.expectLaws();
  }

  expectLaws(): void {
    const metrics = this.broker.metrics();
    expectConserved(metrics);
    if (this.#counted === undefined) return;
    expect({ ...this.#counted, avgRoutingLatencyNs: 0 }).toEqual({ ...(this.#atEnd ?? metrics), avgRoutingLatencyNs: 0 });
  }

  /** Checks that the broker, a bystander and those of the `culprits` that are still registered work as before. Then closes the broker. */
  async expectUnharmed(...culprits: ActorId<any>[]): Promise<void> {
    const { broker } = this;
    for (const id of [BYSTANDER, ...culprits]) {
      const before = broker.metrics();
      expect(broker.trySend(id, ORDINARY)).toMatchObject({ ok: true });
      expect(watchFor(broker.send(id, ORDINARY))).toMatchObject({ values: ['fine'], completed: true });
      expect(broker.metrics()).toMatchObject({ totalSent: before.totalSent + 2, totalSucceeded: before.totalSucceeded + 2, pending: before.pending });
    }
    await broker.close({ drain: false });
    this.expectClosed();
  }

  /** Checks that nothing is open: no timer, no entry, no stream (DESIGN §7). */
  expectClosed(): void {
    const { broker, clock } = this;
    this.expectLaws();
    expect(broker.metrics()).toMatchObject({ pending: 0, inFlight: 0, openRequests: 0, registeredActors: 0 });
    expect(broker.actorIds()).toEqual([]);
    expect(clock.open).toBe(0);
    for (const stream of this.#streams) expect(stream).toMatchObject({ completed: true, errored: false });
    expect(broker.trySend(BYSTANDER, ORDINARY)).toMatchObject({ ok: false, code: 'BrokerClosed' });
  }
}
