import type { ActorId, MessageBroker } from 'rx-broker';
import { EMPTY, NEVER, concat, map, mergeMap, throwIfEmpty, toArray } from 'rxjs';
import { type BrokerFlaw, brokerFlaw } from './broker-flaw';

const offeredOneByOne = (broker: MessageBroker) => (message: unknown) =>
  concat(...broker.actorIds().map((actorId) => broker.send(actorId, message).pipe(map((value) => ({ actorId, ok: true, value })))));

/** Brokers with a flaw in their broadcasts. */
export const BROADCAST_FLAWS: readonly BrokerFlaw[] = [
  brokerFlaw('tells results as they come', ['in registration order, whatever'], (broker) => ({
    broadcast: (message: unknown, options: any) => broker.broadcast(message, { ...options, order: 'settled' }),
  })),
  brokerFlaw('tells results in the order of registration, always', ['settled order'], (broker) => ({
    broadcast: (message: unknown, options: any) => broker.broadcast(message, { ...options, order: 'registered' }),
  })),
  brokerFlaw('chooses its targets when it is called', ['a filter chooses'], (broker) => ({
    broadcastFilter: (message: unknown, filter: (id: ActorId) => boolean, options: any) => {
      const chosen = new Set(broker.actorIds().filter(filter));
      return broker.broadcastFilter(message, (id) => chosen.has(id), options);
    },
  })),
  brokerFlaw('passes over a filter’s error', ['a filter that throws'], (broker) => ({
    broadcastFilter: (message: unknown, filter: (id: ActorId) => boolean, options: any) =>
      broker.broadcastFilter(
        message,
        (id) => {
          try {
            return filter(id);
          } catch {
            return false;
          }
        },
        options,
      ),
  })),
  brokerFlaw('fails without a target', ['without a target'], (broker) => ({ broadcast: (...args: [unknown]) => broker.broadcast(...args).pipe(throwIfEmpty()) })),
  brokerFlaw('asks one target after the other', ['offered to every target'], (broker) => ({ broadcast: offeredOneByOne(broker) })),
  brokerFlaw('swaps every second broadcast with the next', ['in their order', 'in one order'], (broker) => {
    let kept: { readonly message: unknown } | undefined;
    return {
      tryBroadcast: (message: unknown, filter: any) => {
        if (kept === undefined) {
          kept = { message };
          return broker.registeredCount();
        }
        const count = broker.tryBroadcast(message, filter);
        broker.tryBroadcast(kept.message);
        kept = undefined;
        return count;
      },
    };
  }),
  brokerFlaw('says that all took it', ['how many mailboxes took it'], (broker) => ({
    tryBroadcast: (...args: [unknown]) => Math.max(broker.tryBroadcast(...args), broker.registeredCount()),
  })),
  brokerFlaw('hides its broadcasts', ['observers of broadcasts$', 'broadcasts$ never errors', 'broadcasts$ of every node'], () => ({ broadcasts$: NEVER })),
  brokerFlaw('sends copies', ['by reference'], (broker) => ({ tryBroadcast: (message: unknown) => broker.tryBroadcast(structuredClone(message)) })),
  brokerFlaw('tells results when all have come', ['between turns'], (broker) => ({
    broadcast: (...args: [unknown]) => broker.broadcast(...args).pipe(toArray(), mergeMap((results) => results)),
  })),
  brokerFlaw('makes no broadcast', ['broadcastFilter is cold', 'broadcast is cold'], () => ({ broadcast: () => EMPTY, broadcastFilter: () => EMPTY })),
];
