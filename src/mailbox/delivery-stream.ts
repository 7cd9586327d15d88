import { Observable, type Observer, Subscriber, type Subscription } from 'rxjs';
import { hasMethod, isObject } from '../failure/check';
import { attach, checkNoConsumer, detach } from '../kernel/life';
import type { MailboxCore } from '../kernel/mailbox-core';
import { complete, emit, fail, settleFailed, succeed } from '../kernel/open-turn';
import { HandedOut } from '../kernel/reply-kind';
import type { Task } from '../kernel/task';
import { UnhandledMessage } from '../kernel/unhandled-message';
import type { Delivery } from '../message/delivery';
import type { ActorContext } from '../message/message-broker';
import { keptStream } from './kept-stream';
import { drainedOf } from './mailbox-streams';

/** One delivery: an open turn, as the subscriber of `deliveries$` sees it. */
class OpenDelivery<Msg> implements Delivery<Msg> {
  readonly message: Msg;
  readonly context: ActorContext;
  private readonly task: Task;

  constructor(task: Task) {
    this.message = task.message as Msg;
    this.context = task;
    this.task = task;
  }

  reply(value?: unknown): void {
    succeed(this.task, value);
  }

  next(value: unknown): void {
    emit(this.task, value);
  }

  complete(): void {
    complete(this.task);
  }

  fail(error: unknown): void {
    fail(this.task, error);
  }
}

/**
 * The messages of a mailbox as a stream. Its subscriber is the consumer, and gets the next delivery when an open one is settled. If the
 * subscriber unsubscribes, its unsettled messages fail with `Unhandled`; if its `next` throws, that message does (rule M6).
 */
class DeliveryStream<Msg> extends Observable<Delivery<Msg>> {
  constructor(core: MailboxCore) {
    super((subscriber) => consume(core, subscriber));
  }

  /** Fails the delivery if `next` of the observer throws. RxJS only reports such an error later, and the delivery would stay open. */
  override subscribe(observerOrNext?: Partial<Observer<Delivery<Msg>>> | ((value: Delivery<Msg>) => void) | null, ...rest: any[]): Subscription {
    if (isSubscriber(observerOrNext)) return super.subscribe(observerOrNext);
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
      ...(observer.error && { error: observer.error.bind(observer) }),
      complete: () => observer.complete?.(),
    });
  }
}

/** The deliveries of a mailbox. */
export const deliveriesOf: (core: MailboxCore) => Observable<Delivery> = /* @__PURE__ */ keptStream((core) => new DeliveryStream(core));

/** Whether RxJS takes this for a Subscriber, and does not wrap it in another. `instanceof` would miss a Subscriber of RxJS 5 or 6. */
function isSubscriber(value: unknown): value is Subscriber<any> {
  return isObject(value) && 'closed' in value && ['add', 'remove', 'unsubscribe', 'next', 'error', 'complete'].every((name) => hasMethod(value, name));
}

function consume<Msg>(core: MailboxCore, subscriber: Subscriber<Delivery<Msg>>): void {
  if (core.status === 'ended') {
    core.system.dispatcher.tellNow(() => subscriber.complete());
    return;
  }
  checkNoConsumer(core);
  const handOut = new HandedOut((task) => {
    subscriber.next(new OpenDelivery<Msg>(task));
  });
  const take = (_message: Msg, context: ActorContext): HandedOut => {
    (context as Task).more().consumer = handOut;
    return handOut;
  };
  const handler = Object.assign(take, { handsOut: true });
  const ended = drainedOf(core).subscribe({ complete: () => subscriber.complete() });
  subscriber.add(() => {
    ended.unsubscribe();
    release(core, handOut);
  });
  if (!subscriber.closed) core.system.dispatcher.step(() => attach(core, handler, null, { failed: () => undefined }));
}

/** Takes the consumer away. The messages that it has not settled fail. */
function release(core: MailboxCore, handOut: HandedOut): void {
  core.system.dispatcher.step(() => {
    detach(core);
    for (const task of [...(core.seats ?? [])]) {
      if (task.more().consumer === handOut) settleFailed(task, new UnhandledMessage(true, 'deliveries$ was unsubscribed'));
    }
  });
}
