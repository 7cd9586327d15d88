import type { Subscription } from 'rxjs';
import type { ActorId } from '../message/actor-id';
import type { BrokerEvent } from '../message/broker-event';
import type { DeadLetter } from '../message/dead-letter';
import type { MessageBroker } from '../message/message-broker';

/** The event of a message that was sent, also of one that was refused. */
export type SentEvent = Extract<
  BrokerEvent,
  {
    /** The event's kind. */
    readonly kind: 'sent';
  }
>;

/** The inside of a `BrokerTestProbe`: the events that it has recorded. */
export class ProbeNotes {
  readonly broker: MessageBroker;
  readonly sent: SentEvent[] = [];
  readonly letters: DeadLetter[] = [];
  readonly subscription: Subscription;
  /** The targets of the last broadcast. */
  lastTargets: ReadonlySet<ActorId | undefined> | undefined = undefined;
  /**
   * The targets of each broadcast that `broadcasts$` has not told yet, by its message. There may be several, since an observer may send one.
   */
  readonly #unannounced = new Map<unknown, Set<ActorId | undefined>>();

  constructor(broker: MessageBroker) {
    this.broker = broker;
    this.subscription = broker.events$.subscribe((event) => this.#note(event));
    this.subscription.add(broker.broadcasts$.subscribe((message) => this.#announced(message)));
  }

  /** Vue's `reactive` makes no proxy of an object that has this. */
  get __v_skip(): boolean {
    return true;
  }

  #note(event: BrokerEvent): void {
    if (event.kind === 'dead-lettered') this.letters.push(event.letter);
    if (event.kind !== 'sent') return;
    this.sent.push(event);
    if (!event.broadcast) return;
    // A broadcast that an interceptor refused has no target, and `broadcasts$` does not tell it.
    if (event.target === undefined) this.lastTargets = new Set();
    else this.#noteTarget(event);
  }

  /**
   * Notes a target of a broadcast. A closing broker does not tell `broadcasts$` what it refuses: there a target that comes again begins the
   * next broadcast of the same message. Two of these whose filters pass different actors count as one.
   */
  #noteTarget({ message, target }: SentEvent): void {
    let targets = this.#unannounced.get(message);
    if (targets === undefined || targets.has(target)) this.#unannounced.set(message, (targets = new Set()));
    this.lastTargets = targets.add(target);
  }

  /** Ends a broadcast: `broadcasts$` tells it after its attempts. It may have had none. */
  #announced(message: unknown): void {
    this.lastTargets = this.#unannounced.get(message) ?? new Set();
    this.#unannounced.delete(message);
  }
}
