import type { ActorId, BrokerEvent, BrokerMetrics, InMemoryMessageBroker } from 'rx-broker';
import { toMetrics } from 'rx-broker/operators';
import { Subject, filter, map, take } from 'rxjs';
import { type BrokerFlaw, type Members, brokerFlaw, withHooks } from './broker-flaw';

/** The broker's events without those that `isLeftOut` names. A flaw may add others. */
function withEvents(broker: InMemoryMessageBroker, isLeftOut: (event: BrokerEvent) => boolean): Subject<BrokerEvent> {
  const events$ = new Subject<BrokerEvent>();
  broker.events$.pipe(filter((event) => !isLeftOut(event))).subscribe(events$);
  return events$;
}

/** Brokers with a flaw in when they tell something. */
export const TELLING_FLAWS: readonly BrokerFlaw[] = [
  brokerFlaw('counts what it has told', ['the figures of a complete step'], (broker) => {
    let told: BrokerMetrics | undefined;
    broker.events$.pipe(toMetrics()).subscribe((metrics) => (told = metrics));
    return { metrics: () => told ?? broker.metrics() };
  }),
  brokerFlaw('tells its observers inside of one another', ['after everybody has been told'], (broker): Members => {
    const events$ = withEvents(broker, ({ kind }) => kind === 'sent');
    return {
      events$,
      tryBroadcast: (message: unknown) => {
        for (const target of broker.actorIds()) events$.next({ kind: 'sent', id: '', target, message, priority: 'normal', asked: false, broadcast: true, at: 0, attempt: 1, headers: {} });
        return broker.tryBroadcast(message);
      },
    };
  }),
  brokerFlaw('tells of an end inside the call', ['told when a turn has returned', 'told when an observer has returned'], (broker) => {
    const ends = new Subject<ActorId>();
    return {
      watch: (id: ActorId) => ends.pipe(filter((ended) => ended === id), take(1), map(() => undefined)),
      unregister: (id: ActorId) => {
        broker.unregister(id);
        ends.next(id);
      },
    };
  }),
  brokerFlaw('tells of an end before all else', ['is told in one order'], (broker) => {
    const events$ = withEvents(broker, ({ kind }) => kind === 'unregistered');
    return {
      events$,
      unregister: (id: ActorId) => {
        if (broker.isRegistered(id)) events$.next({ kind: 'unregistered', id, at: 0 });
        broker.unregister(id);
      },
    };
  }),
  brokerFlaw('keeps an actor until its end has been told', ['is told is final', 'is done when the call returns'], (broker) => {
    const leaving = new Set<ActorId>();
    broker.events$.subscribe((event) => void (event.kind === 'unregistered' && leaving.delete(event.id)));
    return {
      isRegistered: (id: ActorId) => leaving.has(id) || broker.isRegistered(id),
      unregister: (id: ActorId) => {
        if (broker.isRegistered(id)) leaving.add(id);
        broker.unregister(id);
      },
    };
  }),
  brokerFlaw('starts an actor inside the call that spawns it', ['starts after that', 'before its onStart is called'], (broker) =>
    withHooks(broker, ({ onStart, ...actor }) => {
      const failure = { isThere: false, error: undefined as unknown };
      try {
        onStart?.();
      } catch (error) {
        Object.assign(failure, { isThere: true, error });
      }
      return {
        ...actor,
        onStart: () => {
          if (failure.isThere) throw failure.error;
        },
      };
    }),
  ),
];
