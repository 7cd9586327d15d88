import { TransferState, inject, makeStateKey } from '@angular/core';
import { parsePattern } from '../message/topic-pattern';
import type { MessageBrokerFeature } from './message-broker-feature';
import { injectIsServer } from './is-server';

/**
 * Passes retained topics from the server to the browser, by Angular's `TransferState`. The server writes those that match `pattern` into the page,
 * as they are when the page is done. In the browser they are retained from the start, so states begin with them and hydration finds what the
 * server has rendered. The messages must survive JSON. Two brokers of one page need two patterns.
 *
 * ```ts
 * provideMessageBroker({}, withTransferState('shop.>'));
 * ```
 *
 * @throws {BrokerError} `RoutingFailed` for a malformed pattern.
 */
export function withTransferState(pattern: string): MessageBrokerFeature {
  parsePattern(pattern);
  return {
    attach: (broker) => {
      const state = inject(TransferState);
      const key = makeStateKey<[topic: string, message: unknown][]>(`rx-broker.retained:${pattern}`);
      if (injectIsServer()) {
        state.onSerialize(key, () => {
          const retained: [topic: string, message: unknown][] = [];
          broker.publications$(pattern).subscribe(({ topic, message }) => retained.push([topic, message])).unsubscribe();
          return retained;
        });
      }
      for (const [topic, message] of state.get(key, [])) broker.publish(topic, message, { retain: true });
      state.remove(key);
    },
  };
}
