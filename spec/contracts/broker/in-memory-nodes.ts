import { type BrokerOptions, InMemoryMessageBroker, type MessageBroker } from 'rx-broker';
import type { Observable } from 'rxjs';
import type { BrokerUnderLaw } from './broker-under-law';
import { virtualTime } from './virtual-time';

/** Wraps a broker. The result may do some things in another way. */
export type Wrap = (broker: InMemoryMessageBroker, options: BrokerOptions) => MessageBroker;

/** Makes brokers in memory, in a virtual time of their own. */
export function inMemory(own: BrokerOptions = {}, wrap: Wrap = (broker) => broker) {
  return (options: BrokerOptions = {}): BrokerUnderLaw => {
    const { scheduler, ...time } = virtualTime({ rounds: 1, ms: 0, slack: 0 });
    const settings = { logDeadLetters: false, scheduler, ...own, ...options };
    const inside = new InMemoryMessageBroker(settings);
    const home = wrap(inside, settings);
    return { ...time, home, broker: home, nodes: [home], slack: 0, attach: (queue) => void inside.withDeadLetterQueue(queue) };
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
