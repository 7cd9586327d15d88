import type { ActorId, InMemoryMessageBroker } from 'rx-broker';
import { Mailbox } from 'rx-broker';
import { NEVER, filter, of } from 'rxjs';
import { type BrokerFlaw, brokerFlaw, withHandlers } from './broker-flaw';

/** Makes `spawn` return a registration that ends any actor that has the id. */
function byId(broker: InMemoryMessageBroker) {
  return (id: ActorId, actor: any, ...more: any[]) => {
    const registration = (broker.spawn as any)(id, actor, ...more);
    return {
      ...{ id, ready: registration.ready },
      get closed() {
        return !broker.isRegistered(id);
      },
      unsubscribe: () => {
        if (broker.isRegistered(id)) broker.unregister(id);
      },
    };
  };
}

/** Brokers with a flaw in their registry or in their numbers. */
export const REGISTRY_FLAWS: readonly BrokerFlaw[] = [
  brokerFlaw('puts a newcomer in the place of the actor that has its id', ['AlreadyRegistered', 'refused to all others', 'refused in the call', 'exactly one wins'], (broker) => ({
    spawn: (id: ActorId, ...more: any[]) => {
      if (broker.isRegistered(id)) broker.unregister(id);
      return (broker.spawn as any)(id, ...more);
    },
  })),
  brokerFlaw('accepts an unregistration of an id that nobody has', ['throws NotFound when it is unregistered'], (broker) => ({
    unregister: (id: ActorId) => {
      if (broker.isRegistered(id)) broker.unregister(id);
    },
  })),
  brokerFlaw('ends the actor that has the id now', ['a registration ends its actor once'], (broker) => ({ spawn: byId(broker) })),
  brokerFlaw('sorts its ids', ['in the order of registration, as a snapshot'], (broker) => ({ actorIds: () => broker.actorIds().sort() })),
  brokerFlaw('takes a new mailbox for one that holds something', ['brings along what it holds'], (broker) => ({
    register: (id: ActorId, mailbox: Mailbox<unknown>, ...more: any[]) => broker.register(id, mailbox.size > 0 ? Mailbox.bounded(5) : mailbox, ...more),
  })),
  brokerFlaw('starts and stops nobody', ['starts before its first turn', 'ends every actor once'], (broker) => ({
    spawn: (id: ActorId, actor: any, ...more: any[]) => (broker.spawn as any)(id, actor?.receive?.bind(actor) ?? actor, ...more),
  })),
  brokerFlaw('tells nobody of an end', ['watch tells of the end once', 'watch never errors', 'gone for all'], () => ({ watch: () => NEVER })),
  brokerFlaw('keeps in a ref whether its actor is there', ['a ref reaches'], (broker) => ({
    ref: (id: ActorId) => {
      const known = broker.isRegistered(id);
      const ref = broker.ref(id) as any;
      return { id, trySend: ref.trySend, send: known ? ref.send : () => NEVER };
    },
  })),
  brokerFlaw('keeps its ids in an object', ['what every object has'], (broker) => ({ isRegistered: (id: ActorId) => broker.isRegistered(id) || id in {} })),
  brokerFlaw('leaves out a step', ['step by step', 'what toMetrics() makes'], (broker) => ({ events$: broker.events$.pipe(filter(({ kind }) => kind !== 'queued' && kind !== 'sent')) })),
  brokerFlaw('tells the events of all actors to observers of some', ['eventsOf tells what'], (broker) => ({ eventsOf: () => broker.events$ })),
  brokerFlaw('tells observers of some actors no letter', ['eventsOf tells what'], (broker) => ({
    eventsOf: (...ids: ActorId[]) => broker.eventsOf(...ids).pipe(filter(({ kind }) => kind !== 'dead-lettered')),
  })),
  brokerFlaw('tells no mailbox in numbers', ['mailboxMetrics tells'], () => ({ mailboxMetrics: () => undefined })),
  brokerFlaw('counts no dead letters', ['the figures are the same'], (broker) => ({ metrics: () => ({ ...broker.metrics(), totalDeadLettered: 0 }) })),
  brokerFlaw('tells its metrics once', ['a snapshot at once, then one each interval'], (broker) => ({ metrics$: of(broker.metrics()) })),
  brokerFlaw('aborts nothing when an actor is unregistered', ['is unregistered loses what is queued'], (broker) =>
    withHandlers(broker, (handler) => (message, context) => handler(message, { ...context, signal: new AbortController().signal })),
  ),
];
