import { inject } from '@angular/core';
import type { InMemoryMessageBroker } from '../broker/in-memory-message-broker';
import { checkSender } from '../failure/check';
import { DeadLetterQueue } from '../observability/dead-letter-queue';
import { inDevelopment } from './in-development';
import type { MessageBrokerFeature } from './message-broker-feature';

/**
 * Keeps the dead letters of the broker in a queue, which can send them again. `inject(DeadLetterQueue)` gives the queue; what it redelivers
 * runs untracked. Without `queue` each injector has its own, with a capacity of 1,000: on a server that is one for each request.
 *
 * ```ts
 * provideMessageBroker({}, withDeadLetterQueue());
 * class LostMessages { readonly queue = inject(DeadLetterQueue); }
 * ```
 *
 * @throws {TypeError} when the broker is injected, if it takes no queue.
 */
export function withDeadLetterQueue(queue?: DeadLetterQueue): MessageBrokerFeature {
  return {
    attach: (broker) => {
      inDevelopment(() => checkSender(broker, 'withDeadLetterQueue'));
      (broker as InMemoryMessageBroker).withDeadLetterQueue(inject(DeadLetterQueue));
    },
    providers: [{ provide: DeadLetterQueue, useFactory: () => queue ?? new DeadLetterQueue() }],
  };
}
