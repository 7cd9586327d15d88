import { type ActorId, BrokerError } from 'rx-broker';
import { type BrokerFlaw, brokerFlaw } from './broker-flaw';

/** Brokers with a flaw in what nodes must agree on. */
export const SPREAD_FLAWS: readonly BrokerFlaw[] = [
  brokerFlaw('delivers twice', ['exactly once'], (broker) => ({
    trySend: (id: ActorId, message: unknown, options: any) => {
      broker.trySend(id, message as never, options);
      return broker.trySend(id, message as never, options);
    },
  })),
  brokerFlaw('loses one of ten', ['exactly once'], (broker) => {
    let sent = 0;
    return { trySend: (id: ActorId, message: unknown, options: any) => (++sent % 10 === 0 ? { ok: true } : broker.trySend(id, message as never, options)) };
  }),
  brokerFlaw('does not count one actor', ['every node knows every actor', 'says who is there'], (broker) => ({ registeredCount: () => Math.max(0, broker.registeredCount() - 1) })),
  brokerFlaw('gives an id to nobody else when it is free again', ['free again'], (broker) => {
    const taken = new Set<ActorId>();
    return {
      spawn: (id: ActorId, ...more: any[]) => {
        if (taken.has(id)) throw new BrokerError('AlreadyRegistered', 'it was taken once');
        taken.add(id);
        return (broker.spawn as any)(id, ...more);
      },
    };
  }),
];
