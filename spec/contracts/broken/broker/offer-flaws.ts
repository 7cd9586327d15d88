import type { ActorId } from 'rx-broker';
import { NEVER, defer, map, of, take, throwError } from 'rxjs';
import { type BrokerFlaw, brokerFlaw } from './broker-flaw';

/** Brokers with a flaw in `offer`. */
export const OFFER_FLAWS: readonly BrokerFlaw[] = [
  brokerFlaw('takes an offer for a tell, which does not wait', ['once the mailbox has taken it', 'lose nothing of it', 'is taken back by its sender', 'offer that waits fails when', 'lost while it waits was asked'], (broker) => ({
    offer: (id: ActorId, message: unknown, { timeout: _timeout, signal: _signal, ...options }: any = {}) =>
      defer(() => {
        const result = broker.trySend(id, message as never, options);
        return result.ok ? of(undefined) : throwError(() => result.error);
      }),
  })),
  brokerFlaw('takes an offer for an ask, which waits for the reply', ['once the mailbox has taken it', 'one that was taken is not', 'one that was taken has all the time', 'when it was taken, it was not', 'nothing of its turn'], (broker) => ({
    offer: (id: ActorId, message: unknown, options: any) =>
      broker.send(id, message as never, options).pipe(
        map(() => undefined),
        take(1),
      ),
  })),
  brokerFlaw('tells the sender of an offer nothing', ['once the mailbox has taken it', 'lose nothing of it'], (broker) => ({
    offer: (...args: [ActorId, never]) => defer(() => (broker.offer(...args).subscribe({ error: () => undefined }), NEVER)),
  })),
];
