import { type BroadcastResult, BrokerError, SendError, type SendResult } from 'rx-broker';
import { type Observable, Subscriber } from 'rxjs';
import type { Listener } from './listener';

/** Subscribes a listener to a stream of the broker. */
export function subscribe<T>(stream: Observable<T>, listener: Listener, describe: (value: T) => string): void {
  const subscriber = new TellingSubscriber<T>(listener, describe);
  listener.onLeave = () => subscriber.unsubscribe();
  stream.subscribe(subscriber);
}

/** The text of one value of a reply, or of one result of a broadcast. */
export function replyText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined) return 'nothing';
  const result = value as BroadcastResult;
  return result.ok ? `${result.actorId} ok ${replyText(result.value)}` : `${result.actorId} failed ${errorText(result.error)}`;
}

export function answerOf(result: SendResult): string {
  return result.ok ? 'taken' : result.code;
}

export function errorText(error: unknown): string {
  if (error instanceof SendError) return error.started ? `${error.code}, started` : error.code;
  if (error instanceof BrokerError) return error.code;
  return (error as Error).message;
}

/** It is a Subscriber, so that it can unsubscribe while it is told something, also before `subscribe` has returned. */
class TellingSubscriber<T> extends Subscriber<T> {
  readonly #listener: Listener;
  readonly #describe: (value: T) => string;

  constructor(listener: Listener, describe: (value: T) => string) {
    super();
    this.#listener = listener;
    this.#describe = describe;
  }

  protected override _next(value: T): void {
    this.#listener.next(this.#describe(value));
  }

  protected override _error(error: unknown): void {
    this.unsubscribe();
    this.#listener.error(errorText(error));
  }

  protected override _complete(): void {
    this.unsubscribe();
    this.#listener.complete();
  }
}
