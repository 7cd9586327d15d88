import type { BrokerOptions } from '../broker/broker-options';
import { InMemoryMessageBroker } from '../broker/in-memory-message-broker';
import { check, hasMethod, isObject } from '../failure/check';
import type { MessageBroker } from '../message/message-broker';
import { inDevelopment } from './in-development';
import type { MessageBrokerFeature } from './message-broker-feature';
import { untilDestroyed } from './until-destroyed';
import { untrackedBroker } from './untracked-broker';
import { injectErrorHook } from './with-error-handler';

/** What a broker is made of: its options, or a function that gives them, or gives a broker. The function runs in an injection context. */
export type MessageBrokerSource = BrokerOptions | (() => BrokerOptions | MessageBroker);

/**
 * Makes the broker of an injector, in its injection context. A broker that is made of options ends with the injector, at once: a handler that ran
 * later would find its services destroyed. A broker that the application has made stays open.
 */
export function createMessageBroker(source: MessageBrokerSource = {}, features: readonly MessageBrokerFeature[] = []): MessageBroker {
  const given = typeof source === 'function' ? source() : source;
  let broker: MessageBroker;
  if (isBroker(given)) {
    check(!features.some(({ configure }) => configure), 'features that set options need options', given);
    broker = given;
  } else {
    inDevelopment(() => check(isObject(given), 'options must be an object', given));
    const { onError = injectErrorHook(), ...options } = features.reduce((changed, { configure }) => configure?.(changed) ?? changed, given);
    broker = new InMemoryMessageBroker({ ...options, onError });
    untilDestroyed().add(() => void broker.close({ drain: false }));
  }
  const face = untrackedBroker(broker);
  for (const { attach } of features) attach?.(face);
  return face;
}

function isBroker(given: BrokerOptions | MessageBroker): given is MessageBroker {
  return hasMethod(given, 'trySend');
}
