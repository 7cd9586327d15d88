import { type BrokerFlaw, brokerFlaw, withHooks } from './broker-flaw';

/** Brokers with a flaw in their calls of `onStart` and `onStop`. */
export const HOOK_FLAWS: readonly BrokerFlaw[] = [
  brokerFlaw('waits for no onStart', ['waits for the promise of onStart'], (broker) =>
    withHooks(broker, ({ onStart, ...actor }) => ({ ...actor, onStart: (context) => void onStart?.(context) })),
  ),
  brokerFlaw('keeps an actor that has not started', ['thrown by spawn', 'an onStart that rejects', 'ready rejects with what that throws'], (broker) =>
    withHooks(broker, ({ onStart, ...actor }) => ({
      ...actor,
      onStart: async (context) => {
        try {
          await onStart?.(context);
        } catch {
          // The flaw: the error is lost.
        }
      },
    })),
  ),
  brokerFlaw('stops what has not started', ['which is not stopped'], (broker) =>
    withHooks(broker, (actor) => ({
      ...actor,
      onStart: async (context) => {
        try {
          await actor.onStart?.(context);
        } catch (error) {
          void actor.onStop?.('unregistered');
          throw error;
        }
      },
    })),
  ),
  brokerFlaw('gives no reason', ['told why its life ends'], (broker) => withHooks(broker, (actor) => ({ ...actor, onStop: () => actor.onStop?.(undefined) }))),
  brokerFlaw('waits for no onStop', ['close waits for the promise of onStop'], (broker) => withHooks(broker, (actor) => ({ ...actor, onStop: (reason) => void actor.onStop?.(reason) }))),
  brokerFlaw('starts a new life when the old one has stopped', ['does not wait for the promise of the old'], (broker) => {
    let stopping: void | PromiseLike<void>;
    return withHooks(broker, (actor) => ({
      ...actor,
      onStart: async (context) => {
        await stopping;
        await actor.onStart?.(context);
      },
      onStop: (reason) => (stopping = actor.onStop?.(reason)),
    }));
  }),
];
