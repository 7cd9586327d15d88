import { Observable, type Observer, Subscriber, type Subscription } from 'rxjs';
import type { ActorContext } from './actor/actor-context';
import type { Delivery } from './actor/delivery';
import { UnhandledMessage } from './actor/unhandled-message';
import { attach, claimSeat, release } from './consumer-life';
import type { MailboxCore } from './mailbox-core';
import { LeftOpen } from './turn/left-open';
import type { Turn } from './turn/turn';
import { emitReply, reject, settle } from './turn/turn-outcome';

/** One delivery: its turn, seen from the consumer. */
class OpenDelivery<Msg> implements Delivery<Msg> {
  readonly message: Msg;
  readonly #turn: Turn;

  constructor(turn: Turn) {
    this.message = turn.rest?.message as Msg;
    this.#turn = turn;
  }

  get context(): ActorContext {
    return this.#turn;
  }

  reply(value?: unknown): void {
    settle(this.#turn, value, true);
  }

  next(value: unknown): void {
    emitReply(this.#turn, value);
  }

  complete(): void {
    settle(this.#turn, undefined, false);
  }

  fail(error: unknown): void {
    reject(this.#turn, error);
  }
}

/**
 * The consumer seat as a stream. Subscribing takes the seat; the next delivery comes when one of the open ones is settled. Messages
 * left unsettled, by an unsubscription or by an observer that throws, fail with `Unhandled` (rule M6).
 */
export class DeliveryStream<Msg> extends Observable<Delivery<Msg>> {
  constructor(core: MailboxCore) {
    super((subscriber) => takeSeat(core, subscriber));
  }

  /** Like any Observable's, but an observer's throw is seen: RxJS reports it later and goes on, and the delivery would stay open. */
  override subscribe(observerOrNext?: Partial<Observer<Delivery<Msg>>> | ((value: Delivery<Msg>) => void) | null, ...rest: any[]): Subscription {
    if (observerOrNext instanceof Subscriber) return super.subscribe(observerOrNext);
    const observer: Partial<Observer<Delivery<Msg>>> =
      typeof observerOrNext === 'object' && observerOrNext !== null
        ? observerOrNext
        : { next: observerOrNext ?? undefined, error: rest[0], complete: rest[1] };
    return super.subscribe({
      next: (delivery) => {
        try {
          observer.next?.(delivery);
        } catch (error) {
          delivery.fail(new UnhandledMessage(true, 'the observer of deliveries$ threw'));
          throw error;
        }
      },
      ...(observer.error && { error: (error: unknown) => observer.error?.(error) }),
      complete: () => observer.complete?.(),
    });
  }
}

function takeSeat<Msg>(core: MailboxCore, subscriber: Subscriber<Delivery<Msg>>): void {
  if (core.rare().ended) {
    subscriber.complete();
    return;
  }
  claimSeat(core);
  const handOut = new LeftOpen((turn) => {
    subscriber.next(new OpenDelivery<Msg>(turn));
  });
  const ended = core.rare().stream('drained').subscribe({ complete: () => subscriber.complete() });
  subscriber.add(() => {
    ended.unsubscribe();
    release(core, handOut, new UnhandledMessage(true, 'deliveries$ was unsubscribed'));
  });
  if (!subscriber.closed) attach(core, () => handOut, null);
}
