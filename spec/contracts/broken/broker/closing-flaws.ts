import type { CloseOptions, InMemoryMessageBroker } from 'rx-broker';
import { NEVER, type Observable, concatWith, startWith, throwError } from 'rxjs';
import { type BrokerFlaw, type Members, brokerFlaw } from './broker-flaw';

const STREAMS = ['deadLetters$', 'events$', 'eventsOf', 'metrics$', 'broadcasts$', 'topic$', 'publications$', 'watch'] as const;
const allNever = STREAMS.map((name) => `${name} never errors`);

/** Every stream of a broker, with `change` applied. */
export function withStreams(broker: InMemoryMessageBroker, change: (stream: Observable<any>) => Observable<any>): Members {
  return Object.fromEntries(
    STREAMS.map((name) => {
      const member = (broker as any)[name];
      return [name, typeof member === 'function' ? (...args: unknown[]) => change(member.apply(broker, args)) : change(member)];
    }),
  );
}

/** Brokers with a flaw in their end. */
export const CLOSING_FLAWS: readonly BrokerFlaw[] = [
  brokerFlaw('ends its streams with an error', allNever, (broker) => withStreams(broker, (stream) => stream.pipe(concatWith(throwError(() => new Error('closed')))))),
  brokerFlaw('never ends its streams', allNever, (broker) => withStreams(broker, (stream) => stream.pipe(concatWith(NEVER)))),
  brokerFlaw('drops what it holds when it is closed', ['what is queued and running finish', 'takes what running turns send', 'from inside a turn', 'what a paused mailbox holds'], (broker) => ({
    close: () => broker.close({ drain: false }),
  })),
  brokerFlaw('waits for ever when it is closed', ['no longer than its timeout'], (broker) => ({
    close: (options: CloseOptions) => broker.close(options?.drain === false ? options : { timeout: Infinity }),
  })),
  brokerFlaw('does not close', ['with drain: false', 'ends every actor once', 'nothing works after it', 'refuses newcomers', 'the actors of a node that closes'], () => ({ close: async () => {} })),
  brokerFlaw('starts its streams with something of its own', ['step by step'], (broker) => withStreams(broker, (stream) => stream.pipe(startWith({ kind: 'started' })))),
];
