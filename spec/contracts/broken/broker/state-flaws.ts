import { startWith } from 'rxjs';
import { type BrokerFlaw, brokerFlaw } from './broker-flaw';

/** Brokers with a flaw in topics as state. */
export const STATE_FLAWS: readonly BrokerFlaw[] = [
  brokerFlaw('tells the initial value always', ['topic$ with an initial value'], (broker) => ({
    topic$: (pattern: string, options: any = {}) => {
      const messages$ = broker.topic$(pattern, options);
      return 'initial' in options ? messages$.pipe(startWith(options.initial)) : messages$;
    },
  })),
  brokerFlaw('takes no notice of an initial value', ['topic$ with an initial value', 'all states of a topic agree', 'after clearRetained'], (broker) => ({
    topic$: (pattern: string) => broker.topic$(pattern),
  })),
  brokerFlaw('retains nothing', ['topicState retains', 'the value of a topicState', 'all states of a topic agree'], (broker) => ({
    publish: (key: any, message: unknown) => broker.publish(key, message),
  })),
];
