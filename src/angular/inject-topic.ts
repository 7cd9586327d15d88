import type { Injector, Signal, ValueEqualityFn } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { checkBoolean, checkFunction } from '../failure/check';
import type { TopicMessage } from '../message/topic';
import { inInjector } from './in-injector';
import { injectMessageBroker } from './inject-message-broker';

/** Options of `injectTopic`, besides the first value. */
export interface InjectTopicOptions<T> {
  /** Says whether a message is the same as the one before, which it then does not replace. Default `Object.is`. */
  readonly equal?: ValueEqualityFn<T>;
  /** The injector to use and to live as long as. Default: that of the injection context in which the function is called. */
  readonly injector?: Injector;
  /** The name of the signal in Angular's developer tools. */
  readonly debugName?: string;
}

/** The first value of a topic's signal is a value. */
export interface WithInitialValue<I> {
  /** The value until the first message comes. */
  readonly initialValue: I;
  /** A value is given, so none is required. */
  readonly requireSync?: false;
}

/** The first value of a topic's signal is the retained message. */
export interface WithRetained {
  /** A retained message comes first, or else `injectTopic` throws `NG0601`. */
  readonly requireSync: true;
  /** No value is needed. */
  readonly initialValue?: never;
}

/**
 * The last message of a topic or a pattern as a signal. Its first value is the retained message, or `initialValue` if none is retained. It
 * follows the topic as long as this injector lives, and keeps its last value when the broker closes.
 *
 * `injectState` is for topics that are state: it can also set them.
 *
 * ```ts
 * const price = topic<{ cents: number }>('prices.apple');
 * class Price {
 *   readonly price = injectTopic(price, { initialValue: { cents: 0 } }); // Signal<{ cents: number }>
 *   readonly maybe = injectTopic(price, { initialValue: undefined });
 *   readonly known = injectTopic(price, { requireSync: true });
 * }
 * ```
 *
 * @throws {BrokerError} `RoutingFailed` for a malformed topic or pattern.
 * @throws {TypeError} for a bad option.
 * @throws `NG0601` with `requireSync`, if no message is retained.
 */
export function injectTopic<const K extends string>(topic: K, options: InjectTopicOptions<TopicMessage<NoInfer<K>>> & (WithInitialValue<TopicMessage<NoInfer<K>>> | WithRetained)): Signal<TopicMessage<K>>;
export function injectTopic<const K extends string, I extends null | undefined>(topic: K, options: InjectTopicOptions<TopicMessage<NoInfer<K>> | I> & WithInitialValue<I>): Signal<TopicMessage<K> | I>;
export function injectTopic(topic: string, options: InjectTopicOptions<any> & (WithInitialValue<any> | WithRetained)): Signal<any> {
  return inInjector(options, () => toSignal(injectMessageBroker().topic$(topic), options as WithInitialValue<any>), {
    initialValue: undefined,
    requireSync: checkBoolean,
    equal: checkFunction,
    debugName: undefined,
  });
}
