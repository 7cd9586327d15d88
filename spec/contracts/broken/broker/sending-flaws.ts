import { type ActorId, type SendResult, actorId } from 'rx-broker';
import { NEVER, ReplaySubject, asapScheduler, defer } from 'rxjs';
import { withReplies } from '../../broker/in-memory-nodes';
import { type BrokerFlaw, type Members, brokerFlaw, withAskOptions, withHandlers, withSendOptions, withSpawnOptions, without } from './broker-flaw';

const priorities = ['low', 'normal', 'high', 'critical'] as const;

/** Runs the handler of a message inside of the turn that sends the message. */
function atOnce(): (handler: any, id: ActorId) => any {
  const handlers = new Map<ActorId, (message: unknown, context: unknown) => unknown>();
  return (handler, id) => {
    const own = (message: unknown, context: object): unknown => {
      const trySend = (to: ActorId, inner: unknown): SendResult => {
        handlers.get(to)?.(inner, context);
        return { ok: true };
      };
      return handler(message, new Proxy(context, { get: (target, name) => (name === 'trySend' ? trySend : Reflect.get(target, name, target)) }));
    };
    handlers.set(id, own as (message: unknown, context: unknown) => unknown);
    return own;
  };
}

/** Brokers with a flaw in how they send, and in which order messages come. */
export const SENDING_FLAWS: readonly BrokerFlaw[] = [
  brokerFlaw('sends before it is subscribed to, and once', ['send is cold', 'offer is cold', 'ref.send is cold', 'sendWithPriority is cold', 'sendWithRouting is cold', 'retry sends again'], (broker) =>
    withReplies(broker, (reply$) => {
      const replies$ = new ReplaySubject(Infinity);
      reply$.subscribe(replies$);
      return replies$;
    }),
  ),
  brokerFlaw('throws what it refuses', ['return a failure, never throw it', 'a refusal is a value', 'an actorClient fails as'], (broker) => ({
    trySend: (id: any, message: unknown, options: any) => {
      const result = broker.trySend(id, message as never, options);
      if (!result.ok) throw result.error;
      return result;
    },
  })),
  brokerFlaw('passes over options that it does not know', ['an unknown option'], (broker) => ({
    trySend: (id: any, message: unknown, options: any = {}) => {
      const known = Object.entries(options).filter(([name]) => ['priority', 'ttl', 'sender', 'headers'].includes(name));
      return broker.trySend(id, message as never, Object.fromEntries(known));
    },
  })),
  brokerFlaw('complains of arguments only when it is subscribed to', ['bad arguments throw'], (broker) => ({
    send: (...args: any[]) => defer(() => (broker.send as any)(...args)),
  })),
  brokerFlaw('handles nothing at once', ['has handled a trySend when it returns'], () => ({}), { dispatcher: asapScheduler }),
  brokerFlaw('runs a handler inside a handler', ['when that turn has returned', 'handlers of a broadcast send'], (broker) => withHandlers(broker, atOnce())),
  brokerFlaw('runs many turns of an actor at once', ['one message at a time', 'turns never overlap'], (broker) =>
    withSpawnOptions(broker, (options) => ({ ...options, concurrency: 10 })),
  ),
  brokerFlaw('ends an actor that throws', ['goes on with its state'], (broker) =>
    withHandlers(broker, (handler, id) => (message, context) => {
      try {
        return handler(message, context);
      } catch (error) {
        broker.unregister(id);
        throw error;
      }
    }),
  ),
  brokerFlaw('forgets what a sender says', ['an envelope carries', 'a dead letter says', 'an actorClient asks', 'headers and the sender go along'], (broker) => withSendOptions(broker, (options) => without(options, 'headers', 'sender'))),
  brokerFlaw('takes no notice of a signal', ['an aborted signal', 'aborted already', 'by its signal'], (broker) => withSendOptions(broker, (options) => without(options, 'signal'))),
  brokerFlaw('knows no timeout', ['still queued when its time', 'waits for a place and runs out', 'running turn is aborted when', 'requestTimeout holds', 'a time of its own', 'offer that waits fails when'], (broker) =>
    withAskOptions(broker, (options) => ({ ...options, timeout: Infinity })),
  ),
  brokerFlaw('has one time for all asks', ['a time of its own'], (broker) => {
    let first: number | undefined;
    return withAskOptions(broker, (options) => ({ ...options, timeout: (first ??= options.timeout as number) }));
  }),
  brokerFlaw('knows no ttl', ['longer than its ttl'], (broker) => withSendOptions(broker, (options) => without(options, 'ttl'))),
  brokerFlaw('lets a turn take as long as it likes', ['a turn longer than'], (broker) => withSpawnOptions(broker, (options) => without(options, 'turnTimeout'))),
  brokerFlaw('knows no priority', ['higher priorities', 'says its priority'], (broker) => ({
    ...withSendOptions(broker, (options) => without(options, 'priority')),
    sendWithPriority: (id: ActorId, message: unknown, _priority: unknown, options: any) => broker.send(id, message as never, options),
  })),
  brokerFlaw('sends the last first', ['keep their order', 'exactly once'], (broker) => {
    const later: (() => unknown)[] = [];
    return {
      trySend: (...args: any[]) => {
        if (later.push(() => (broker.trySend as any)(...args)) === 1) {
          void Promise.resolve().then(() => {
            for (const send of later.splice(0).reverse()) send();
          });
        }
        return { ok: true };
      },
    };
  }),
  brokerFlaw('cuts the numbers of a routing key in other places', ['is quartered'], (broker) => ({
    publish: ({ topic, priority }: any, message: unknown, options: any) => broker.publish({ topic, priority: priorities[Math.round(priority / 85)]! }, message, options),
  })),
  brokerFlaw('sees no circle', ['a circle of asks fails', 'a circle of asks over'], (broker) =>
    withHandlers(broker, (handler) => (message, context) => handler(message, { ...context, send: broker.send.bind(broker) })),
  ),
  brokerFlaw('tells nobody what is lost', ['what is told for', 'deadLetters$ never errors', 'one dead letter'], () => ({ deadLetters$: NEVER })),
  brokerFlaw('says another code', ['trySend for a closed', 'trySend for a full mailbox that fails', 'trySend for a full mailbox that drops', 'trySend for a mailbox full'], (broker): Members => ({
    trySend: (id: any, message: unknown, options: any) => {
      const result = broker.trySend(id, message as never, options);
      return result.ok ? result : broker.trySend(actorId('nobody at all'), message);
    },
  })),
];
