import type { ActorId, ErrorOrigin } from 'rx-broker';
import { tap } from 'rxjs';
import { withReplies } from '../../broker/in-memory-nodes';
import { type BrokerFlaw, brokerFlaw, optionsFlaw } from './broker-flaw';

/** Brokers with a flaw in how they tell `onError`. */
export const ERROR_FLAWS: readonly BrokerFlaw[] = [
  optionsFlaw('tells onError an error once', ['is told each error'], ({ onError, ...options }) => {
    const told = new Set<unknown>();
    const once = (error: unknown, origin: ErrorOrigin): void => {
      if (!told.has(error)) onError?.(error, origin);
      told.add(error);
    };
    return { ...options, ...(onError !== undefined && { onError: once }) };
  }),
  optionsFlaw('tells onError no hook', ['of hooks that fail'], ({ onError, ...options }) => ({
    ...options,
    ...(onError !== undefined && {
      onError: (error: unknown, origin: ErrorOrigin) => {
        if ('message' in origin) onError(error, origin);
      },
    }),
  })),
  optionsFlaw('tells onError later', ['before the next turn'], ({ onError, ...options }) => ({
    ...options,
    ...(onError !== undefined && {
      onError: (error: unknown, origin: ErrorOrigin) => {
        void Promise.resolve().then(() => {
          onError(error, origin);
        });
      },
    }),
  })),
  brokerFlaw('tells onError what a sender is told', ['nothing that a sender is told'], (broker, { onError }) =>
    withReplies(broker, (reply$) => reply$.pipe(tap({ error: (error: unknown) => onError?.(error, { actorId: 'somebody' as ActorId }) }))),
  ),
];
