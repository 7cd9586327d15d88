import { type Injector, type WritableSignal, signal, untracked } from '@angular/core';
import { topicState } from '../client/topic-state';
import type { Topic } from '../message/topic';
import { inInjector } from './in-injector';
import { injectMessageBroker } from './inject-message-broker';
import { untilDestroyed } from './until-destroyed';

/** Options of `injectState`. */
export interface InjectStateOptions {
  /** The injector to use and to live as long as. Default: that of the injection context in which the function is called. */
  readonly injector?: Injector;
  /** The name of the signal in Angular's developer tools. */
  readonly debugName?: string;
}

/**
 * A topic as state (`topicState`) in a signal that can be set. `set` and `update` publish the value and retain it, so every state of this topic
 * has it, and every observer. They are safe in an `effect` and in a handler, and the signal has the new value when they return.
 *
 * If the topic has no retained message, `initial` is published at once. The signal follows the topic as long as this injector lives.
 * It keeps its value if the topic is cleared, and when the broker closes; after that `set` and `update` do nothing.
 *
 * ```ts
 * const cart = topic<{ items: number }>('shop.cart');
 * class Badge {
 *   readonly cart = injectState(cart, { items: 0 });
 *   readonly add = () => this.cart.update(({ items }) => ({ items: items + 1 }));
 * }
 * ```
 *
 * @throws {BrokerError} `RoutingFailed` for a malformed topic, or a pattern.
 * @throws {TypeError} for an unknown option.
 * @throws {RangeError} if one topic more than the broker's `maxRetained` would be retained. `set` throws it, too.
 */
export function injectState<T>(topic: Topic<T>, initial: NoInfer<T>, options?: InjectStateOptions): WritableSignal<T> {
  const work = (): WritableSignal<T> => {
    const life = untilDestroyed();
    const state = topicState(injectMessageBroker(), topic, initial);
    let isClosed = false;
    const value = signal(state.value, options);
    const show = value.set.bind(value);
    // The state, not the value that is told: in a turn the signal may be ahead of what is still to be told.
    const follow = (): void => untracked(() => show(state.value));
    life.add(state.value$.subscribe({ next: follow, complete: () => (isClosed = true) }));
    value.set = (next) => {
      state.set(next);
      if (!isClosed) follow();
    };
    value.update = (change) => value.set(change(state.value));
    return value;
  };
  return inInjector(options, work, { debugName: undefined });
}
