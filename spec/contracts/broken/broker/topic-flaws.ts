import { BrokerError, type MessageBroker } from 'rx-broker';
import { EMPTY, Subscription, catchError, filter, map, throwError } from 'rxjs';
import { type BrokerFlaw, type Members, brokerFlaw } from './broker-flaw';

/** A broker that changes each pattern, for bindings and for streams. */
function reading(pattern: (pattern: string) => string | undefined): (broker: MessageBroker) => Members {
  return (broker) => ({
    publications$: (given: string) => {
      const read = pattern(given);
      return read === undefined ? EMPTY : broker.publications$(read);
    },
  });
}

/** Brokers with a flaw in their topics. */
export const TOPIC_FLAWS: readonly BrokerFlaw[] = [
  brokerFlaw('takes no notice of case', ["'orders' takes"], (broker) => ({
    publish: (key: any, ...more: [unknown]) => broker.publish(typeof key === 'string' ? key.toLowerCase() : key, ...more),
  })),
  brokerFlaw('takes one token for any number of them', ["'orders.*' takes"], reading((pattern) => pattern.replace(/\*$/, '>'))),
  brokerFlaw('takes any number of tokens for one', ["'orders.>' takes", "'>' takes"], reading((pattern) => pattern.replace(/>$/, '*'))),
  brokerFlaw('knows no wildcard in front', ["'*.eu' takes", "'*.*.paid' takes"], reading((pattern) => (pattern.startsWith('*') ? undefined : pattern))),
  brokerFlaw('takes malformed topics', ['malformed topics'], (broker) => ({
    publish: (key: any, ...more: [unknown]) => {
      try {
        return broker.publish(key, ...more);
      } catch {
        return 0;
      }
    },
  })),
  brokerFlaw('publishes to an actor once for each binding', ['tells every bound actor once', 'reaches every bound actor'], (broker) => ({
    publish: (key: any, ...more: [unknown]) => broker.publish(key, ...more) + broker.publish(key, ...more),
  })),
  brokerFlaw('never ends a binding', ['a binding ends', 'bindings says'], (broker) => ({
    bind: (topic: string, id: any) => {
      broker.bind(topic, id);
      return new Subscription();
    },
  })),
  brokerFlaw('routes to the first, always', ['each in turn', 'takes turns among'], () => ({}), { router: { route: (_key, targets) => targets[0]!.id } }),
  brokerFlaw('says another error where nobody is bound', ['sendWithRouting with nobody bound'], (broker) => ({
    sendWithRouting: (...args: any[]) =>
      (broker.sendWithRouting as any)(...args).pipe(catchError(() => throwError(() => new BrokerError('NotFound', 'nobody')))),
  })),
  brokerFlaw('forgets what is retained', ['what is retained comes first'], (broker) => ({
    topic$: (pattern: string) =>
      broker.publications$(pattern).pipe(
        filter(({ retained }) => !retained),
        map(({ message }) => message),
      ),
  })),
  brokerFlaw('clears nothing', ['what is retained comes first'], () => ({ clearRetained: () => undefined })),
  brokerFlaw('fails its streams', ['topic$ never errors', 'publications$ never errors'], () => ({
    topic$: () => throwError(() => new Error('closed')),
    publications$: () => throwError(() => new Error('closed')),
  })),
];
