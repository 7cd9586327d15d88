import type { ActorId, BrokerOptions, InMemoryMessageBroker, MessageBroker } from 'rx-broker';
import type { CreateBroker } from '../../broker/broker-under-law';
import { inMemory, withMembers } from '../../broker/in-memory-nodes';
import type { Flaw } from '../flaw';

export type BrokerFlaw = Flaw<CreateBroker>;

/** Members that replace a broker's own. */
export type Members = { readonly [Name in keyof MessageBroker]?: any };

type AnyHandler = (message: any, context: any) => unknown;

/** A broker in memory with a flaw in some members. It always has the options `own`. */
export function brokerFlaw(
  flaw: string,
  breaks: readonly string[],
  members: (broker: InMemoryMessageBroker, options: BrokerOptions) => Members,
  own: BrokerOptions = {},
): BrokerFlaw {
  const create = inMemory({}, (broker, options) => withMembers(broker, members(broker, options)));
  return { flaw, breaks, subject: (options) => create({ ...options, ...own }) };
}

/** A broker in memory whose options are changed. */
export function optionsFlaw(flaw: string, breaks: readonly string[], change: (options: BrokerOptions) => BrokerOptions): BrokerFlaw {
  const create = inMemory();
  return { flaw, breaks, subject: (options = {}) => create(change(options)) };
}

/** `spawn` with each handler changed. Handlers of a protocol are not changed. */
export function withHandlers(broker: MessageBroker, change: (handler: AnyHandler, id: ActorId) => AnyHandler): Members {
  const spawn = broker.spawn.bind(broker) as (...args: any[]) => unknown;
  return {
    spawn: (id: ActorId, actor: any, ...more: any[]) => {
      if (typeof actor === 'function') return spawn(id, change(actor, id), ...more);
      if (typeof actor?.receive === 'function') return spawn(id, { ...actor, receive: change((...args) => actor.receive(...args), id) }, ...more);
      return spawn(id, actor, ...more);
    },
  };
}

/** An actor whose hooks may be changed. */
interface Hooks {
  onStart?(context?: unknown): void | PromiseLike<void>;
  onStop?(reason: unknown): void | PromiseLike<void>;
}

/** `spawn` with the hooks of each actor changed, if it has any. */
export function withHooks(broker: MessageBroker, change: (actor: Hooks) => Hooks): Members {
  const spawn = broker.spawn.bind(broker) as (...args: any[]) => unknown;
  return { spawn: (id: ActorId, actor: any, ...more: any[]) => spawn(id, typeof actor?.receive === 'function' ? change(actor) : actor, ...more) };
}

/** `spawn` with the options changed. */
export function withSpawnOptions(broker: MessageBroker, change: (options: any) => any): Members {
  const spawn = broker.spawn.bind(broker) as (...args: any[]) => unknown;
  return {
    spawn: (id: ActorId, actor: any, second: any = {}, ...more: any[]) =>
      'create' in actor || more.length > 0 ? spawn(id, actor, second, ...more) : spawn(id, actor, change(second)),
  };
}

/** The cold sends to one actor, with their options changed. */
export function withAskOptions(broker: MessageBroker, change: (options: any) => any): Members {
  const { trySend: _tells, ...asks } = withSendOptions(broker, change);
  return asks;
}

/** The sends to one actor, with their options changed. */
export function withSendOptions(broker: MessageBroker, change: (options: any) => any): Members {
  // Options that are no object stay, so that the broker can refuse them.
  const changed = (options: any): any => (options === undefined || typeof options === 'object' ? change({ ...options }) : options);
  const { send, offer, trySend, sendWithPriority } = broker as unknown as Record<string, (...args: any[]) => unknown>;
  return {
    send: (id: ActorId, message: unknown, options: any) => send!.call(broker, id, message, changed(options)),
    offer: (id: ActorId, message: unknown, options: any) => offer!.call(broker, id, message, changed(options)),
    trySend: (id: ActorId, message: unknown, options: any) => trySend!.call(broker, id, message, changed(options)),
    sendWithPriority: (id: ActorId, message: unknown, priority: any, options: any) => sendWithPriority!.call(broker, id, message, priority, changed(options)),
  };
}

/** `options` without some of them. */
export function without(options: any, ...names: string[]): any {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name)));
}
