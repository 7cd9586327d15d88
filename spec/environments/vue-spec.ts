import { type ActorContext, type Delivery, type Registration, type Router, DeadLetterQueue, InMemoryMessageBroker, Mailbox, actorId, topic } from 'rx-broker';
import { publishTo, requestFrom, sendTo } from 'rx-broker/operators';
import { DistributedMessageBroker } from 'rx-broker/distributed';
import { BrokerTestProbe, brokerMarbles, createNetwork } from 'rx-broker/testing';
import { type Observable, NEVER, firstValueFrom, lastValueFrom, map, of, take, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { reactive, readonly, ref, shallowReactive, shallowRef } from 'vue';
import { watchFor } from '../broker/setup';

const [id, other] = [actorId<any>('actor'), actorId<any>('other')];
const prices = topic<number>('prices');

/** Members that are not for users. */
const INTERNAL = ['constructor', '__v_skip', 'waitFor', 'attach'];

/** How a component keeps what it is given. */
type Keep = <T extends object>(object: T) => T;
const READONLY = 'readonly({ … })';
const KEEPERS: [string, Keep][] = [
  ['reactive({ … })', (kept) => reactive({ kept }).kept as typeof kept],
  ['reactive([ … ])', (kept) => reactive([kept])[0] as typeof kept],
  ['ref(…)', (kept) => ref(kept).value as typeof kept],
  ['shallowRef(…)', (kept) => shallowRef(kept).value],
  ['shallowReactive(…)', (kept) => shallowReactive(kept)],
  [READONLY, (kept) => readonly({ kept }).kept as typeof kept],
];

/** One of each public object, kept. */
class World {
  readonly queue: DeadLetterQueue;
  readonly broker: InMemoryMessageBroker;
  readonly mailbox: Mailbox<any>;
  readonly registration: Registration;
  readonly probe: BrokerTestProbe;

  constructor(readonly keep: Keep) {
    this.queue = keep(new DeadLetterQueue());
    this.broker = keep(keep(new InMemoryMessageBroker({ name: 'vue', logDeadLetters: false })).withDeadLetterQueue(this.queue));
    this.probe = keep(new BrokerTestProbe(this.broker));
    this.mailbox = keep(Mailbox.bounded<any>(2));
    this.registration = keep(this.broker.register(other, this.mailbox));
    this.broker.spawn(id, (n) => n, { topics: ['bound'] });
    this.broker.trySend(actorId('nobody'), 'lost');
    this.broker.publish(prices, 1, { retain: true });
  }
}

/** Does `work`, and returns what `look` sees. */
const after = (work: () => void, look: () => unknown): unknown => {
  work();
  return look();
};
const all = (stream: Observable<unknown>): Promise<unknown> => lastValueFrom(stream.pipe(toArray()));
const one = (stream: Observable<unknown>): Promise<unknown> => firstValueFrom(stream);

type Kind = 'broker' | 'mailbox' | 'queue' | 'registration' | 'probe';
const KINDS: readonly Kind[] = ['broker', 'mailbox', 'queue', 'registration', 'probe'];

/** A use of every member of each public object. Its result must not depend on how the object is kept. */
const USES: { readonly [K in Kind]: Record<string, (object: World[K], world: World) => unknown> } = {
  broker: {
    withDeadLetterQueue: (broker, { keep }) => broker.withDeadLetterQueue(keep(new DeadLetterQueue())).registeredCount(),
    register: (broker, { keep }) => broker.register(actorId('third'), keep(Mailbox.bounded(1))).closed,
    unregister: (broker) => broker.unregister(id),
    spawn: (broker) => broker.spawn(actorId('third'), () => {}).id,
    ref: (broker) => [broker.ref(id).trySend(1), one(broker.ref(id).send(1))],
    watch: (broker) => {
      const seen = watchFor(broker.watch(id));
      broker.unregister(id);
      return seen.completed;
    },
    isRegistered: (broker) => broker.isRegistered(id),
    registeredCount: (broker) => broker.registeredCount(),
    actorIds: (broker) => broker.actorIds(),
    send: (broker) => all(broker.send(id, 1, { timeout: 100 })),
    trySend: (broker) => [broker.trySend(id, 1), broker.trySend(actorId('nobody'), 1).ok],
    offer: (broker) => all(broker.offer(id, 1)),
    sendWithPriority: (broker) => all(broker.sendWithPriority(id, 1, 'high')),
    sendWithRouting: (broker) => all(broker.sendWithRouting({ topic: 'bound' }, 1)),
    broadcast: (broker, { mailbox }) => {
      mailbox.receive((n: number) => n + 1);
      return all(broker.broadcast(1));
    },
    broadcastFilter: (broker) => all(broker.broadcastFilter(1, (target) => target === id)),
    tryBroadcast: (broker) => broker.tryBroadcast(1),
    broadcasts$: (broker) => {
      const seen = watchFor(broker.broadcasts$);
      broker.tryBroadcast(1);
      return seen.values;
    },
    bind: (broker) => {
      const binding = broker.bind(prices, id);
      const taken = broker.publish(prices, 2);
      return after(() => binding.unsubscribe(), () => [taken, broker.publish(prices, 3)]);
    },
    publish: (broker) => broker.publish('bound', 1),
    topic$: (broker) => one(broker.topic$(prices)),
    publications$: (broker) => one(broker.publications$('>')),
    retained: (broker) => broker.retained(prices),
    clearRetained: (broker) => after(() => broker.clearRetained(prices), () => broker.retained(prices)),
    metrics: (broker) => broker.metrics(),
    mailboxMetrics: (broker) => broker.mailboxMetrics(id),
    bindings: (broker) => broker.bindings(),
    eventsOf: (broker) => {
      const seen = watchFor(broker.eventsOf(id));
      broker.trySend(id, 1);
      return seen.values.length;
    },
    metrics$: (broker) => one(broker.metrics$),
    deadLetters$: (broker) => {
      const seen = watchFor(broker.deadLetters$);
      broker.trySend(actorId('nobody'), 1);
      return seen.values.length;
    },
    events$: (broker) => {
      const seen = watchFor(broker.events$);
      broker.trySend(id, 1);
      return seen.values.length;
    },
    close: async (broker) => {
      await broker.close({ drain: false });
      return broker.trySend(id, 1).ok;
    },
  },
  mailbox: {
    receive: (mailbox) => {
      const got: unknown[] = [];
      const consumer = mailbox.receive((message: unknown) => void got.push(message));
      mailbox.next(1);
      consumer.unsubscribe();
      mailbox.next(2);
      return [got, mailbox.size];
    },
    deliveries$: (mailbox) => {
      const seen = watchFor(mailbox.deliveries$.pipe(map(({ message }) => message as unknown)));
      mailbox.next(1);
      return seen.values;
    },
    pressure$: (mailbox) => {
      const seen = watchFor(mailbox.pressure$);
      mailbox.next(1);
      return seen.values;
    },
    losses$: (mailbox) => {
      const seen = watchFor(mailbox.losses$);
      for (let n = 0; n < 3; n++) mailbox.next(n);
      return seen.values;
    },
    idle$: (mailbox) => {
      const seen = watchFor(mailbox.idle$);
      mailbox.next(1);
      return seen.values;
    },
    capacity: (mailbox) => mailbox.capacity,
    size: (mailbox) => mailbox.size,
    isFull: (mailbox) => mailbox.isFull,
    isClosed: (mailbox) => mailbox.isClosed,
    isPaused: (mailbox) => mailbox.isPaused,
    next: (mailbox) => {
      of(1, 2, 3).subscribe(mailbox);
      return mailbox.metrics();
    },
    error: (mailbox) => after(() => mailbox.error('broken'), () => mailbox.isClosed),
    complete: (mailbox) => after(() => mailbox.complete(), () => mailbox.isClosed),
    close: (mailbox) => after(() => mailbox.close(), () => mailbox.isClosed),
    pause: (mailbox) => after(() => mailbox.pause(), () => mailbox.isPaused),
    resume: (mailbox) => {
      mailbox.pause();
      return after(() => mailbox.resume(), () => mailbox.isPaused);
    },
    clear: (mailbox) => after(() => mailbox.next(1), () => [mailbox.clear(), mailbox.size]),
    metrics: (mailbox) => mailbox.metrics(),
  },
  queue: {
    letters$: (queue, { broker }) => {
      const seen = watchFor(queue.letters$);
      broker.trySend(actorId('nobody'), 1);
      return seen.values.length;
    },
    letters: (queue) => queue.letters().map(({ message, reason }) => [message, reason]),
    size: (queue) => queue.size,
    evicted: (queue) => queue.evicted,
    redeliver: async (queue) => [await all(queue.redeliver(({ message }) => message === 'other')), await lastValueFrom(queue.redeliver())].length,
    drain: (queue) => [queue.drain().length, queue.size],
    clear: (queue) => after(() => queue.clear(), () => queue.size),
  },
  registration: {
    id: (registration) => registration.id,
    closed: (registration) => registration.closed,
    ready: (registration) => registration.ready,
    unsubscribe: (registration, { broker }) =>
      after(() => registration.unsubscribe(), () => [registration.closed, broker.isRegistered(other)]),
  },
  probe: {
    sent$: (probe, { broker }) => {
      const seen = watchFor(probe.sent$.pipe(take(1)));
      broker.trySend(id, 1);
      return seen.completed;
    },
    assertSent: (probe) => probe.assertSent(actorId('nobody'), 1),
    assertBroadcast: (probe, { broker }) => [probe.assertBroadcast(1), broker.tryBroadcast(1), probe.assertBroadcast(2)],
    messagesTo: (probe) => probe.messagesTo(actorId('nobody')),
    deadLetters: (probe) => probe.deadLetters().length,
    expectMessage: (probe) => probe.expectMessage(actorId('nobody'), 'lost'),
    expectNoMessage: (probe) => probe.expectNoMessage(id),
    unsubscribe: (probe, { broker }) => after(() => probe.unsubscribe(), () => [broker.trySend(id, 1), probe.messagesTo(id)]),
  },
};

/** Other things that a component may keep, each with a use. */
const OTHERS: Record<string, (world: World) => unknown> = {
  'a delivery': ({ keep, mailbox, broker }) => {
    const deliveries: Delivery<any>[] = [];
    mailbox.deliveries$.subscribe((delivery) => deliveries.push(keep(delivery)));
    const seen = [1, 2, 3].map((n) => watchFor(broker.send(other, n)));
    deliveries[0]!.reply('replied');
    deliveries[1]!.next('streamed');
    deliveries[1]!.complete();
    deliveries[2]!.fail('failed');
    return [deliveries.map(({ message, context }) => [message, context.self]), seen.map(({ values, error }) => [values, error])];
  },
  'the context of a turn': ({ keep, mailbox, broker }) => {
    const contexts: ActorContext[] = [];
    mailbox.receive((_, context) => {
      contexts.push(keep(context));
      return NEVER;
    });
    broker.trySend(other, 1);
    const context = contexts[0]!;
    const { self, envelope, signal } = context;
    return [self, envelope.priority, signal.aborted, context.trySend(id, 1), all(context.send(id, 2)), context.broker.isRegistered(id)];
  },
  'a reply': ({ keep, broker }) => all(keep(broker.send(id, 1))),
  'the replies to a broadcast': ({ keep, broker }) => all(keep(broker.broadcastFilter(1, (target) => target === id))),
  'a topic': ({ keep, broker }) => one(keep(broker.topic$(prices))),
  'the streams of a broker': ({ keep, broker }) => {
    const seen = [broker.events$, broker.deadLetters$, broker.broadcasts$, broker.metrics$, broker.watch(id)].map((stream) => watchFor(keep(stream)));
    broker.tryBroadcast(1);
    broker.trySend(actorId('nobody'), 1);
    broker.unregister(id);
    const values = seen.map(({ values }) => values.length);
    return [values, broker.close({ drain: false }).then(() => seen.map(({ completed }) => completed))];
  },
  'the streams of a mailbox': ({ keep, mailbox }) => {
    const { deliveries$, pressure$, losses$, idle$ } = mailbox;
    const seen = [deliveries$, pressure$, losses$, idle$].map((stream) => watchFor(keep<Observable<unknown>>(stream)));
    for (let n = 0; n < 4; n++) mailbox.next(n);
    return seen.map(({ values }) => values.length);
  },
  'a handle on an actor': ({ keep, broker }) => one(keep(broker.ref(id)).send(1)),
  'a subscription': ({ keep, broker, mailbox }) => {
    const kept = [keep(mailbox.receive(() => {})), keep(broker.bind(prices, id)), keep(broker.send(other, 1).subscribe())];
    for (const one of kept) one.unsubscribe();
    return [broker.publish(prices, 1), broker.metrics().openRequests, mailbox.receive(() => {}).closed];
  },
  'an actor': ({ keep, broker }) => {
    const counter = keep({ count: 0, receive: (n: number) => (counter.count += n) });
    broker.spawn(actorId('counter'), counter);
    broker.trySend(actorId('counter'), 2);
    return one(broker.send(actorId('counter'), 3));
  },
  'a broker, in operators': ({ broker }) => {
    const asked = of(1, 2).pipe(requestFrom(broker, id, { capacity: 2 }), sendTo(broker, id), publishTo(broker, 'prices'));
    return [all(asked), broker.retained(prices)];
  },
  'a broker on several nodes': async ({ keep }) => {
    const network = keep(createNetwork());
    const [a, b] = ['a', 'b'].map((name) => keep(new DistributedMessageBroker(keep(network.transport(name)), { name, logDeadLetters: false }))) as [DistributedMessageBroker, DistributedMessageBroker];
    await Promise.all([a.ready, b.ready]);
    const known = one(b.eventsOf(id));
    await a.spawn(id, (n) => n).ready;
    await known;
    const seen = [await one(b.send(id, 1)), b.nodeOf(id), a.nodeId, network.counts.lost];
    const nodes = await one(b.nodes$.pipe(map((all) => all.map(({ name }) => name))));
    const { nodeCount, totalSucceeded } = await b.clusterMetrics();
    network.cut('b');
    network.heal('b');
    await Promise.all([a.close({ drain: false }), b.close({ drain: false })]);
    return [seen, nodes, nodeCount, totalSucceeded];
  },
  'a refusal': ({ keep, broker }) => {
    const refused = keep(broker.trySend(actorId('nobody'), 1));
    return refused.ok ? 'taken' : [refused.code, refused.error.message];
  },
  'the targets of a router': ({ keep }) => {
    const seen: unknown[] = [];
    const route: Router['route'] = (_key, targets) => {
      const kept = targets.map((target) => keep(target));
      seen.push(kept.map(({ size, inFlight }) => [size, inFlight]));
      return kept[0]!.id;
    };
    const routing = new InMemoryMessageBroker({ router: { route } });
    routing.spawn(id, (n) => n, { topics: ['t'] });
    return [all(routing.sendWithRouting({ topic: 't' }, 1)), seen];
  },
  'the broker of a marble run': ({ keep }) => {
    let seen: unknown;
    brokerMarbles((actual, expected) => expect(actual).toEqual(expected))(({ broker }) => {
      const kept = keep(broker);
      kept.register(other, Mailbox.bounded(1));
      kept.spawn(id, (n: number) => n + 1);
      seen = [kept.trySend(id, 1), watchFor(kept.send(id, 1)).values, kept.tryBroadcast(1), kept.publish('t', 1)];
    })();
    return seen;
  },
  'a letter': ({ keep, queue }) => {
    const { message, reason, headers } = keep(queue.letters()[0]!);
    return [message, reason, headers];
  },
};

const settle = async (value: unknown): Promise<unknown> => (Array.isArray(value) ? Promise.all(value.map(settle)) : value);

describe.each(KEEPERS)('kept by %s of Vue', (_, keep) => {
  describe.each(KINDS)('a %s', (kind) => {
    const uses = USES[kind] as Record<string, (object: object, world: World) => unknown>;

    it('does with every member what it does when it is not kept', async () => {
      for (const [name, use] of Object.entries(uses)) {
        const [plain, kept] = [new World((object) => object), new World(keep)];
        expect([name, await settle(use(kept[kind], kept))]).toEqual([name, await settle(use(plain[kind], plain))]);
      }
    });
  });
});

// RxJS's own subscriptions cannot be read-only.
describe.each(KEEPERS.filter(([how]) => how !== READONLY))('kept by %s of Vue', (_, keep) => {
  it.each(Object.entries(OTHERS))('%s does what it does when it is not kept', async (_, use) => {
    expect(await settle(use(new World(keep)))).toEqual(await settle(use(new World((object) => object))));
  });
});

describe.each(KINDS)('every member of a %s', (kind) => {
  it('is used here', () => {
    const prototype = Object.getPrototypeOf(new World((object) => object)[kind]) as object;
    const members = Object.getOwnPropertyNames(prototype).filter((name) => !INTERNAL.includes(name));
    expect(members.filter((name) => !(name in USES[kind]))).toEqual([]);
  });
});
