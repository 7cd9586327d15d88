import type { BrokerEvent, BrokerMetrics, MessageBroker } from 'rx-broker';
import { toMetrics } from 'rx-broker/operators';
import { metricsText } from './broker-lines';
import { Difference } from './difference';

type Kind = BrokerEvent['kind'];

/** The kinds of events that each kind may follow for one message. A message begins with `sent`, and ends with `failed` or `settled`. */
const AFTER: Readonly<Partial<Record<Kind, readonly (Kind | undefined)[]>>> = {
  sent: [undefined],
  queued: ['sent'],
  delivered: ['sent', 'queued'],
  settled: ['delivered'],
  failed: ['sent', 'queued'],
};

/** The laws that can be checked on `events$` alone, without a model. */
export class EventLaws {
  readonly #last = new Map<string, Kind>();
  readonly #open = new Set<string>();
  #metrics: BrokerMetrics | undefined;
  #broken: Difference | undefined;

  constructor(broker: MessageBroker) {
    broker.events$.subscribe((event) => this.#follow(event));
    broker.events$.pipe(toMetrics()).subscribe({
      next: (metrics) => (this.#metrics = metrics),
      // A closed broker still counts refusals, but does not tell them.
      complete: () => (this.#metrics = undefined),
    });
  }

  /** Checks that the events so far are lawful, and add up to the broker's own numbers. To be called when nothing is left to tell (O1). */
  check(own: BrokerMetrics): void {
    if (this.#broken !== undefined) throw this.#broken;
    if (this.#metrics === undefined) return;
    const told = metricsText(this.#metrics);
    const counted = metricsText(own);
    if (told !== counted) throw new Difference('O1: toMetrics()', `metrics() is\n  ${counted}\nits events say\n  ${told}`);
  }

  /** Checks at the end that each message has ended. */
  checkEnd(): void {
    if (this.#open.size > 0) throw new Difference('one terminal state', `${[...this.#open].join(', ')} never ended`);
  }

  #follow(event: BrokerEvent): void {
    const allowed = AFTER[event.kind];
    if (allowed === undefined || !('asked' in event)) return;
    // A broadcast is one message, of which each target has its own part.
    const part = `${event.id} to ${event.target ?? event.topic ?? 'nobody'}`;
    const last = this.#last.get(part);
    if (!allowed.includes(last)) this.#broken ??= new Difference('one terminal state', `${part}: ${event.kind} after ${last ?? 'nothing'}`);
    this.#last.set(part, event.kind);
    if (event.kind === 'failed' || event.kind === 'settled') this.#open.delete(part);
    else this.#open.add(part);
  }
}
