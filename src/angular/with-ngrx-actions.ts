import type { Observable } from 'rxjs';
import type { Topic } from '../message/topic';
import { parseTopic } from '../message/topic-pattern';
import type { MessageBrokerFeature } from './message-broker-feature';
import { untilDestroyed } from './until-destroyed';

/** An action or an event of NgRx, by its structure: this package does not import NgRx. */
export interface NgrxAction {
  /** `'[Cart] Add item'`. */
  readonly type: string;
}

/**
 * Publishes NgRx's actions or events on a topic, `'ngrx.actions'` by default, so that actors and observers take part in an application that has
 * NgRx. `actions` runs in an injection context. They are published as long as the injector lives.
 *
 * ```ts
 * const actions = topic<Action>('ngrx.actions');
 * provideMessageBroker({}, withNgrxActions(() => inject(Actions), actions)); // of @ngrx/effects
 * provideMessageBroker({}, withNgrxActions(() => inject(Events).on())); // of @ngrx/signals/events
 * ```
 *
 * @throws {BrokerError} `RoutingFailed` for a malformed topic.
 */
export function withNgrxActions<A extends NgrxAction>(actions: () => Observable<A>, topic: Topic<A> = 'ngrx.actions' as Topic<A>): MessageBrokerFeature {
  parseTopic(topic);
  return {
    attach: (broker) => {
      untilDestroyed().add(actions().subscribe((action) => broker.publish<any>(topic, action)));
    },
  };
}
