import { type BrokerOptions, InMemoryMessageBroker, type MessageBroker } from 'rx-broker';
import { NEVER, type Observable, VirtualTimeScheduler, asapScheduler, observeOn, subscribeOn } from 'rxjs';
import type { BrokerUnderLaw } from './broker-under-law';

/**
 * Waits for the next turn of the event loop, after all microtasks and `asapScheduler`. A timer would be too slow for thousands of turns: one
 * of Node takes a millisecond, one of a browser four.
 */
const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });

async function settle(): Promise<void> {
  await nextTurn();
  await nextTurn();
}

/** Wraps a broker. The result may do some things in another way. */
export type Wrap = (broker: InMemoryMessageBroker, options: BrokerOptions) => MessageBroker;

/** Makes brokers in memory, in a virtual time of their own. With `reach` actors are reached from its result, else from that of `wrap`. */
export function inMemory(own: BrokerOptions = {}, wrap: Wrap = (broker) => broker, reach?: (home: MessageBroker) => MessageBroker) {
  return (options: BrokerOptions = {}): BrokerUnderLaw => {
    const scheduler = new VirtualTimeScheduler();
    const settings = { logDeadLetters: false, scheduler, ...own, ...options };
    const home = wrap(new InMemoryMessageBroker(settings), settings);
    return {
      home,
      broker: reach?.(home) ?? home,
      settle,
      async pass(ms) {
        await settle();
        const until = scheduler.frame + ms;
        scheduler.schedule(() => undefined, ms);
        scheduler.maxFrames = until;
        scheduler.flush();
        await settle();
      },
    };
  };
}

/** The same broker with some of its members replaced. */
export function withMembers<Broker extends MessageBroker>(broker: Broker, replaced: { readonly [Name in keyof MessageBroker]?: any }): Broker {
  return new Proxy(broker, {
    get(target, property) {
      if (Object.hasOwn(replaced, property)) return Reflect.get(replaced, property) as unknown;
      const value = Reflect.get(target, property, target) as unknown;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** The cold methods of a broker, `ref` too. `change` is applied to each stream. */
export function withReplies(broker: MessageBroker, change: (reply$: Observable<any>) => Observable<any>): { readonly [Name in keyof MessageBroker]?: any } {
  const changed =
    (name: 'send' | 'offer' | 'sendWithPriority' | 'sendWithRouting' | 'broadcast' | 'broadcastFilter') =>
    (...args: any[]) =>
      change((broker[name] as any)(...args));
  const send = changed('send');
  return {
    send,
    offer: changed('offer'),
    sendWithPriority: changed('sendWithPriority'),
    sendWithRouting: changed('sendWithRouting'),
    broadcast: changed('broadcast'),
    broadcastFilter: changed('broadcastFilter'),
    ref: (id: any) => {
      const ref = broker.ref(id);
      return { id: ref.id, trySend: (message: any, options: any) => ref.trySend(message, options as never), send: (...args: any[]) => send(id, ...args) };
    },
  };
}

/** A broker that sends and replies a little later, as one on another node would. Letters are told by `home`. */
export function fromAfar(home: MessageBroker): MessageBroker {
  const later = <T>(reply$: Observable<T>): Observable<T> => reply$.pipe(subscribeOn(asapScheduler), observeOn(asapScheduler));
  return withMembers(home, { ...withReplies(home, later), deadLetters$: NEVER });
}
