import { DestroyRef, inject } from '@angular/core';
import type { BrokerOptions } from '../broker/broker-options';
import { InMemoryMessageBroker } from '../broker/in-memory-message-broker';
import { checkObject, hasMethod } from '../failure/check';
import type { MessageBroker } from '../message/message-broker';
import type { MessageBrokerFeature } from './message-broker-feature';
import { untrackedBroker } from './untracked-broker';
import { withErrorHandler } from './with-error-handler';

/** What a broker is made of: its options, or a function that gives them, or gives a broker. The function runs in an injection context. */
export type MessageBrokerSource = BrokerOptions | (() => BrokerOptions | MessageBroker);

/** Makes the broker of an injector, in its injection context. */
export function createMessageBroker(source: MessageBrokerSource = {}, features: readonly MessageBrokerFeature[] = []): MessageBroker {
  const given = typeof source === 'function' ? source() : source;
  const broker = untrackedBroker(isBroker(given) ? unchanged(given, features) : ownBroker(given, features));
  for (const { attach } of features) attach?.(broker);
  return broker;
}

function isBroker(given: BrokerOptions | MessageBroker): given is MessageBroker {
  return hasMethod(given, 'trySend');
}

/** A broker for this injector alone. It ends with the injector, at once: a handler that ran later would find its services destroyed. */
function ownBroker(options: BrokerOptions, features: readonly MessageBrokerFeature[]): MessageBroker {
  checkObject(options);
  const isOnErrorSaid = options.onError !== undefined || features.some(({ kind }) => kind === 'withErrorHandler');
  const all = isOnErrorSaid ? features : [withErrorHandler(), ...features];
  const broker = new InMemoryMessageBroker(all.reduce((changed, { configure }) => configure?.(changed) ?? changed, options));
  inject(DestroyRef).onDestroy(() => void broker.close({ drain: false }));
  return broker;
}

/** A broker that the application has made, and closes itself. */
function unchanged(broker: MessageBroker, features: readonly MessageBrokerFeature[]): MessageBroker {
  const late = features.find(({ configure }) => configure !== undefined);
  if (late !== undefined) throw new TypeError(`${late.kind}() sets options of a broker, so it needs options: it cannot change a broker that is made already`);
  return broker;
}
