// Every inference and every refusal of rule S6 that has failed once somewhere, on every TypeScript that is supported.
import {
  type ActorContext,
  type ActorId,
  type ActorRef,
  type BroadcastResult,
  type Handler,
  Mailbox,
  Message,
  type MessageBroker,
  type MessageOf,
  type ReplyOf,
  type SendResult,
  type Topic,
  type TopicMessage,
  type TopicPattern,
  actorClient,
  actorId,
  message,
  protocol,
  topic,
  topicPattern,
  topicState,
} from 'rx-broker';
import { boundedMergeMap, ofMessage, publishTo, requestFrom, retryRefused, sendTo } from 'rx-broker/operators';
import { Observable, Subject, map, of } from 'rxjs';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** `reply<number>()(stream)` compiles only if the stream's type is exactly `Observable<number>`. */
function reply<Wanted>(): <Given>(stream: Observable<Given>, proof: Same<Given, Wanted>) => void {
  return () => {};
}

class Sum extends Message<number> {
  constructor(readonly terms: number[]) {
    super();
  }
}
class Shout extends Message {
  constructor(readonly text: string) {
    super();
  }
}
interface Find extends Message<string | undefined> {
  readonly type: 'find';
  readonly keys: string[];
}
interface List extends Message<readonly string[]> {
  readonly type: 'list';
}
interface Drop {
  readonly type: 'drop';
  readonly key: string;
}
type Store = Find | List | Drop;

const Cart = protocol('cart', {
  add: message<{ sku: string; tags: string[] }, { count: number }>(),
  total: message<void, bigint>(),
  maybe: message<{ n: number }, string | null>(),
  clear: message(),
});
const Pay = protocol('pay', {
  by: message<{ card: string } | { iban: string }, boolean>(),
  later: message<{ days?: number }>(),
});
const Lease = protocol('lease', { renew: message<{ ttl: number }>() });
type CartMessage = MessageOf<typeof Cart>;

const store = actorId<Store>('store');
const cart = actorId<CartMessage>('cart');
const ofCart = actorId(Cart);
const ofPart = actorId({ clear: Cart.clear }, 'part');
const sums = actorId<Sum | Shout>('sums');
const anything = actorId('anything');
const text = actorId<string>('text');
const numbers = actorId<number>('numbers');

export function inferences(broker: MessageBroker, context: ActorContext): void {
  // 1-6: object literals of a union, told apart by `type`, payloads with arrays among them
  reply<string | undefined>()(broker.send(store, { type: 'find', keys: ['a', 'b'] }), true);
  reply<readonly string[]>()(broker.send(store, { type: 'list' }), true);
  reply<void>()(broker.send(store, { type: 'drop', key: 'a' }), true);
  const find: Find = { type: 'find', keys: [] };
  reply<string | undefined>()(broker.send(store, find), true);
  reply<string | undefined>()(context.send(store, find), true);
  const either = find as Find | List;
  reply<string | readonly string[] | undefined>()(broker.send(store, either), true);
  // 7-10: a protocol's creators
  reply<{ count: number }>()(broker.send(cart, Cart.add({ sku: 'x', tags: ['a'] })), true);
  reply<bigint>()(broker.send(cart, Cart.total()), true);
  reply<string | null>()(broker.send(cart, Cart.maybe({ n: 1 })), true);
  reply<void>()(broker.send(cart, Cart.clear()), true);
  // 11-14: classes
  reply<number>()(broker.send(sums, new Sum([1, 2])), true);
  reply<void>()(broker.send(sums, new Shout('hey')), true);
  reply<number>()(broker.sendWithPriority(sums, new Sum([1]), 'high'), true);
  reply<number>()(broker.send(sums, new Sum([1]), { timeout: 5, priority: 'low' }), true);
  // 15-18: plain values, and an id of anything
  reply<void>()(broker.send(text, 'hello'), true);
  reply<void>()(broker.send(numbers, 5), true);
  reply<unknown>()(broker.send(anything, { whatever: true }), true);
  reply<number>()(broker.send(anything, new Sum([])), true);
  // 19-22: refs and contexts
  const ref: ActorRef<CartMessage> = broker.ref(cart);
  reply<bigint>()(ref.send(Cart.total()), true);
  reply<void>()(ref.send(Cart.clear()), true);
  ref.trySend(Cart.clear());
  context.trySend(sums, new Shout('hey'));
  // 23-26: ReplyOf
  const replies: [Same<ReplyOf<Sum>, number>, Same<ReplyOf<Shout>, void>, Same<ReplyOf<Drop>, void>, Same<ReplyOf<Find | List>, string | readonly string[] | undefined>] = [true, true, true, true];
  // 27-28: broadcasts and routes take anything, and know what is answered
  reply<BroadcastResult<number>>()(broker.broadcast(new Sum([])), true);
  reply<bigint>()(broker.sendWithRouting({ topic: 'carts' }, Cart.total()), true);
  const stores = topic<Store>('stores');
  reply<string | undefined>()(broker.sendWithRouting({ topic: stores }, { type: 'find', keys: ['a'] }), true);
  reply<unknown>()(broker.sendWithRouting({ topic: 'anything' }, { type: 'find' }), true);
  // 29-33: topics
  const prices: Topic<{ price: number }> = topic('prices.eur');
  const carried: Same<TopicMessage<typeof prices>, { price: number }> = true;
  reply<{ price: number }>()(broker.topic$(prices), true);
  broker.publish({ topic: prices, priority: 9 }, { price: 1 });
  broker.publish('anything.goes', { price: 'x' });
  broker.bind(prices, actorId<{ price: number }>('ticker'));
  // 34-40: operators keep types through pipes
  const sums$ = new Subject<Sum>();
  reply<number>()(sums$.pipe(requestFrom(broker, sums, { capacity: 1 })), true);
  const shouts$ = new Subject<Shout>();
  reply<Shout>()(shouts$.pipe(sendTo(broker, sums)), true);
  reply<Shout>()(shouts$.pipe(sendTo(broker, anything)), true);
  reply<MessageOf<Pick<typeof Cart, 'clear'>>>()(new Subject<number>().pipe(map(() => Cart.clear()), sendTo(broker, cart)), true);
  reply<Sum | Shout>()(new Subject<unknown>().pipe(ofMessage(Sum, Shout)), true);
  reply<number>()(sums$.pipe(boundedMergeMap(({ terms }) => of(terms.length), { capacity: 1 })), true);
  reply<{ price: number }>()(new Subject<{ price: number }>().pipe(publishTo(broker, prices)), true);
  const handler: Handler<Sum> = ({ terms }) => Promise.resolve(terms.length);
  broker.spawn(actorId<Sum>('s'), handler, { capacity: 5, overflow: 'block' });
  broker.spawn(actorId<Sum>('t'), { receive: ({ terms }) => of(terms.length), onStop: (reason) => console.log(reason) });
  Mailbox.bounded<CartMessage>(1).receive(Cart, { add: ({ tags }) => ({ count: tags.length }), total: () => Promise.resolve(1n), maybe: () => of(null), clear: () => 5 });
  // 41-42: a payload of alternatives that share no key, and one whose keys are all optional
  const pay = actorId<MessageOf<typeof Pay>>('pay');
  reply<boolean>()(broker.send(pay, Pay.by({ iban: 'x' })), true);
  broker.trySend(pay, Pay.later({}));
  // 43-45: an id of a protocol
  const ids: [Same<typeof ofCart, ActorId<CartMessage>>, Same<typeof ofPart, ActorId<MessageOf<Pick<typeof Cart, 'clear'>>>>] = [true, true];
  reply<bigint>()(broker.send(ofCart, Cart.total()), true);
  broker.trySend(ofPart, Cart.clear());
  // 46-49: a pattern of topics
  const allPrices = topicPattern<{ price: number }>('prices.*');
  reply<{ price: number }>()(broker.topic$(allPrices), true);
  reply<{ price: number }>()(broker.publications$(allPrices).pipe(map((publication) => publication.message)), true);
  broker.bind(allPrices, actorId<{ price: number }>('ticker'));
  const widened: TopicPattern<{ price: number }> = prices;
  // 50-57: a client, by a broker and by a context
  const { ask, tell } = actorClient(broker, ofCart, Cart);
  reply<{ count: number }>()(ask.add({ sku: 'x', tags: ['a'] }, { timeout: 5 }), true);
  reply<bigint>()(ask.total({ timeout: 5 }), true);
  reply<void>()(ask.clear(), true);
  reply<boolean>()(actorClient(context, pay, Pay).ask.by({ iban: 'x' }), true);
  const told: SendResult = tell.clear({ priority: 'high' });
  const tells: Same<keyof typeof tell, 'clear'> = true;
  actorClient(broker, pay, Pay).tell.later({ days: 1 }, { ttl: 5 });
  actorClient(broker, anything, Cart).tell.clear();
  // 58-60: a topic's state
  const state = topicState(broker, prices, { price: 0 });
  const value: Same<typeof state.value, { price: number }> = true;
  reply<{ price: number }>()(state.value$, true);
  state.update(({ price }) => ({ price: price + 1 }));
  // 61: a retry keeps the type
  reply<bigint>()(broker.send(ofCart, Cart.total()).pipe(retryRefused(ofCart, { count: 1 })), true);
  // 62: hooks beside a protocol
  Mailbox.bounded<MessageOf<typeof Pay>>(1).receive(Pay, { by: () => true, later: () => {} }, { onStart: ({ self }) => console.log(self.length), onStop: (reason) => console.log(reason) });
  console.log(replies, carried, ids, widened, told, tells, value);
}

export function refusals(broker: MessageBroker, context: ActorContext): void {
  // @ts-expect-error 1: a type that is not of the union
  broker.send(store, { type: 'lost' });
  // @ts-expect-error 2: a missing payload
  broker.send(store, { type: 'drop' });
  // @ts-expect-error 3: a payload of another type
  broker.send(store, { type: 'find', keys: [1] });
  // @ts-expect-error 4: a plain value for an actor of objects
  broker.send(store, 'find');
  // @ts-expect-error 5: a number for an actor of text
  broker.send(text, 5);
  // @ts-expect-error 6: another protocol's message
  broker.send(store, Cart.clear());
  // @ts-expect-error 7: trySend of a message with a reply, as a literal
  broker.trySend(store, { type: 'list' });
  // @ts-expect-error 8: … whose reply may be undefined
  broker.trySend(store, { type: 'find', keys: [] });
  // @ts-expect-error 9: … of a class
  broker.trySend(sums, new Sum([]));
  // @ts-expect-error 10: … of a protocol
  broker.trySend(cart, Cart.total());
  // @ts-expect-error 11: … through a context
  context.trySend(cart, Cart.total());
  // @ts-expect-error 12: … through a ref
  broker.ref(cart).trySend(Cart.total());
  // @ts-expect-error a routed message that its topic does not carry
  broker.sendWithRouting({ topic: topic<Store>('stores') }, { type: 'lost' });
  // @ts-expect-error 13: a reply read as another type
  const total: Observable<number> = broker.send(cart, Cart.total());
  // @ts-expect-error 14: a reply that may be undefined read as one that may not
  const found: Observable<string> = broker.send(store, { type: 'find', keys: [] });
  // @ts-expect-error 15: no such priority
  broker.sendWithPriority(sums, new Sum([]), 'urgent');
  // @ts-expect-error 16: no such option
  broker.send(sums, new Sum([]), { timout: 5 });
  // @ts-expect-error 17: a handler that answers with another type
  broker.spawn(actorId<Sum>('s'), () => 'five');
  // @ts-expect-error 18: a handler of other messages
  broker.spawn(actorId<Sum>('s'), (one: Shout) => one.text.length);
  // @ts-expect-error 19: a protocol that does not cover what the actor accepts
  broker.spawn(actorId<CartMessage | Drop>('s'), Cart, { add: () => ({ count: 1 }), total: () => 1n, maybe: () => null, clear: () => {} });
  // @ts-expect-error 20: one of a protocol's handlers is missing
  broker.spawn(cart, Cart, { add: () => ({ count: 1 }), total: () => 1n, maybe: () => null });
  // @ts-expect-error 21: one of them answers with another type
  broker.spawn(cart, Cart, { add: () => ({ count: 1 }), total: () => 1, maybe: () => null, clear: () => {} });
  // @ts-expect-error 22: a mailbox of other messages
  broker.register(cart, Mailbox.bounded<Drop>(1));
  // @ts-expect-error 23: an id of fewer messages where more are sent
  const wider: ActorId<Store> = actorId<Drop>('s');
  // @ts-expect-error 24: what the topic does not carry
  broker.publish(topic<{ price: number }>('p'), { price: '1' });
  // @ts-expect-error 25: … with a routing key
  broker.publish({ topic: topic<{ price: number }>('p') }, { cost: 1 });
  // @ts-expect-error 26: an actor bound to a topic that carries what it does not accept
  broker.bind(topic<{ price: number }>('p'), cart);
  // @ts-expect-error 27: a creator called without its payload
  Cart.add();
  // @ts-expect-error 28: a creator without a payload called with one
  Cart.clear({ all: true });
  // @ts-expect-error 29: a Message<number> is no Message<void>
  const plain: Message = new Sum([]);
  // @ts-expect-error 30: an operator that would send what the actor does not accept
  new Subject<Drop>().pipe(sendTo(broker, cart));
  // @ts-expect-error … or what has a reply, which nobody would see
  new Subject<Sum>().pipe(sendTo(broker, sums));
  // @ts-expect-error … or what may have one
  new Subject<CartMessage>().pipe(sendTo(broker, cart));
  // @ts-expect-error … although the actor accepts anything
  new Subject<Sum>().pipe(sendTo(broker, anything));
  // @ts-expect-error 31: an operator without its capacity
  boundedMergeMap(() => of(1), {});
  // @ts-expect-error 32: a creator of alternatives called without one
  Pay.by();
  // @ts-expect-error 33: … with neither
  Pay.by({ cash: 1 });
  const all = topicPattern<{ price: number }>('p.*');
  // @ts-expect-error 34: a pattern is not published on
  broker.publish(all, { price: 1 });
  // @ts-expect-error … in a routing key neither
  broker.publish({ topic: all }, { price: 1 });
  // @ts-expect-error … nor is it one topic
  const one: Topic<{ price: number }> = all;
  // @ts-expect-error … that is retained
  broker.retained(all);
  // @ts-expect-error … or has a state
  topicState(broker, all, { price: 0 });
  // @ts-expect-error 35: an actor bound to a pattern that carries what it does not accept
  broker.bind(all, cart);
  // @ts-expect-error 36: a client that tells a message with a reply
  actorClient(broker, cart, Cart).tell.total();
  // @ts-expect-error … that asks with another payload
  actorClient(broker, cart, Cart).ask.add({ sku: 5, tags: [] });
  // @ts-expect-error … with an option that does not exist
  actorClient(broker, cart, Cart).ask.total({ timout: 5 });
  // @ts-expect-error … of an actor that accepts other messages
  actorClient(broker, store, Cart);
  // @ts-expect-error 37: a payload that looks like options, without its options
  actorClient(broker, actorId(Lease), Lease).tell.renew({ ttl: 5 });
  // @ts-expect-error 38: an initial value that the topic does not carry
  topicState(broker, topic<{ price: number }>('p'), { price: '0' });
  // @ts-expect-error 39: a retry without its count
  retryRefused(cart, { delay: 5 });
  // @ts-expect-error 40: hooks beside a function, which has none
  broker.spawn(text, () => {}, { onStop: () => {} });
  console.log(total, found, wider, plain, one);
}
