import { type Overflow, DeadLetterQueue, InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { NEVER, Observable, Subject, Subscriber, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ChunkedQueue } from '../../src/buffer/chunked-queue';
import { survivors } from './garbage';
import { Letter, Trail } from './trail';

const id = actorId<any>('actor');
/** What lives on while the objects of a trail should not: a broker in use, and a handle on what it was used with. */
function alive(): { broker: InMemoryMessageBroker; queue: DeadLetterQueue; spawn: (name?: string, overflow?: Overflow) => void } {
  const queue = new DeadLetterQueue({ capacity: 1 });
  const broker = new InMemoryMessageBroker({ logDeadLetters: false }).withDeadLetterQueue(queue);
  const spawn = (name = 'actor', overflow: Overflow = 'fail'): void => void broker.spawn(actorId<any>(name), (message) => (message instanceof Letter ? NEVER : 'fine'), { overflow, capacity: 1 });
  broker.spawn(actorId<any>('other'), () => 'fine');
  // From here there are a roster and a sample, as in any broker that has been used.
  broker.tryBroadcast('first');
  return { broker, queue, spawn };
}

type World = ReturnType<typeof alive>;

/** By what is done, what must be out of reach afterwards. */
const STORIES: Record<string, (world: World, trail: Trail) => void> = {
  'an actor that has ended, with all it had: its handler, mailbox, messages, context, signal, callers, bindings'({ broker, queue }, trail) {
    const mailbox = trail.follow('mailbox', Mailbox.bounded<any>(2, { overflow: 'block', concurrency: 1 }));
    const registration = trail.follow('registration', broker.register(id, mailbox, { topics: ['t'] }));
    trail.follow('binding', broker.bind('u', id));
    const handler = trail.follow('handler', (_message: unknown, context: { signal: AbortSignal }) => {
      trail.follow('context', context);
      trail.follow('signal', context.signal);
      return trail.follow('stream', new Observable(() => trail.follow('teardown', () => {})));
    });
    mailbox.receive(handler as never);
    mailbox.pressure$.subscribe(trail.follow('observer of its pressure', { next: () => {} }));
    for (const name of ['running', 'queued', 'queued too', 'waiting']) {
      broker.send(id, trail.follow(`${name} message`, new Letter())).subscribe(trail.caller(`${name} caller`));
    }
    broker.watch(id).subscribe(trail.follow('watcher', { next: () => {} }));
    registration.unsubscribe();
    queue.clear();
  },

  'an actor that was spawned, and that another has taken the id of'({ broker, queue, spawn }, trail) {
    const actor = trail.follow('actor', { receive: () => NEVER, onStart: () => {}, onStop: () => {} });
    broker.spawn(id, actor);
    broker.trySend(id, trail.follow('message', new Letter()));
    broker.unregister(id);
    queue.clear();
    spawn();
  },

  'a request that was answered, by a value, a promise or a stream'({ broker }, trail) {
    const replies: Record<string, () => unknown> = {
      value: () => trail.follow('plain reply', new Letter()),
      promise: () => ({ then: (resolve: (value: object) => void) => resolve(trail.follow('promised reply', new Letter())) }),
      stream: () => of(trail.follow('streamed reply', new Letter())),
    };
    broker.spawn(id, ({ how }: { how: string }) => replies[how]?.());
    broker.trySend(id, trail.follow('message that was told', { how: 'value' }));
    for (const how of Object.keys(replies)) broker.send(id, trail.follow(`message for a ${how}`, { how })).subscribe(trail.caller(`caller for a ${how}`));
  },

  'the asks of a turn that is open for long, once they are answered'({ broker }, trail) {
    const asked = actorId<any>('asked');
    broker.spawn(asked, (message, context) => void (message instanceof Letter && trail.follow('context of the ask', context)));
    broker.spawn(id, (_message, context) => {
      context.send(asked, trail.follow('message', new Letter())).subscribe(trail.caller('caller'));
      return NEVER;
    });
    broker.trySend(id, 'stays open');
    broker.trySend(asked, 'comes last');
  },

  'a request that was cancelled: running, queued, waiting; by its subscriber or by a signal that lives on'({ broker }, trail) {
    const mailbox = Mailbox.bounded<any>(1, { overflow: 'block' });
    mailbox.receive((message) => (message instanceof Letter ? NEVER : 'fine'));
    broker.register(id, mailbox);
    for (const how of ['subscriber', 'signal']) {
      const controller = new AbortController();
      const asks = ['running', 'queued', 'waiting'].map((state) =>
        broker.send(id, trail.follow(`${state} message, by its ${how}`, new Letter()), { signal: controller.signal, timeout: Infinity }).subscribe(trail.caller(`${state} caller, by its ${how}`)),
      );
      // Kept by a closure that lives as long as the broker.
      broker.deadLetters$.subscribe(() => controller.signal);
      if (how === 'signal') controller.abort();
      else for (const ask of asks.reverse()) ask.unsubscribe();
    }
  },

  'a request that was cancelled behind one that still waits'({ broker }, trail) {
    broker.register(id, Mailbox.bounded<any>(100));
    broker.send(id, 'stays', { timeout: Infinity }).subscribe({ error: () => {} });
    for (const i of [1, 2, 3]) broker.send(id, trail.follow(`message ${i}`, new Letter())).subscribe(trail.caller(`caller ${i}`)).unsubscribe();
    broker.send(id, 'stays, too', { timeout: Infinity }).subscribe({ error: () => {} });
  },

  'a request, and a turn, whose timeouts are far from over'({ broker }, trail) {
    const reply = new Subject<string>();
    broker.spawn(id, () => trail.follow('stream', new Observable((subscriber) => reply.subscribe(subscriber))), { turnTimeout: 600_000, concurrency: 3 });
    for (const i of [1, 2, 3]) {
      const ask = broker.send(id, trail.follow(`message ${i}`, new Letter()), { timeout: 600_000, ttl: 600_000 }).subscribe(trail.caller(`caller ${i}`));
      if (i === 2) ask.unsubscribe();
    }
    reply.complete();
  },

  'a message that was evicted, or refused, once its letter is gone'({ broker, spawn }, trail) {
    for (const overflow of ['drop-oldest', 'drop-newest', 'fail'] as const) {
      const mailbox = Mailbox.bounded<any>(1, { overflow });
      broker.register(actorId<any>(overflow), mailbox);
      for (let i = 0; i < 3; i++) broker.send(actorId<any>(overflow), trail.follow(`${overflow} ${i}`, new Letter())).subscribe(trail.caller(`${overflow} caller ${i}`));
      broker.unregister(actorId(overflow));
    }
    spawn();
    broker.trySend(actorId('nobody'), 'evicts the last of these letters');
  },

  'a letter that was drained, redelivered, cleared or evicted from its queue'({ broker, queue }, trail) {
    const lose = (name: string): void => void broker.trySend(actorId('nobody'), trail.follow(name, new Letter()));
    lose('evicted');
    lose('drained');
    queue.drain();
    lose('cleared');
    queue.clear();
    lose('redelivered');
    broker.spawn(actorId('nobody'), () => 'fine');
    queue.redeliver().subscribe();
  },

  'an observer that has unsubscribed'({ broker }, trail) {
    const mailbox = Mailbox.bounded<any>(1);
    broker.register(id, mailbox);
    const streams = { 'events$': broker.events$, 'deadLetters$': broker.deadLetters$, 'metrics$': broker.metrics$, 'broadcasts$': broker.broadcasts$, 'topic$': broker.topic$('a.>'), 'watch': broker.watch(actorId('other')), 'idle$': mailbox.idle$, 'pressure$': mailbox.pressure$, 'losses$': mailbox.losses$ };
    // RxJS lets go of an observer by itself. The subscriber stays, if the broker keeps it.
    const subscriptions = Object.entries(streams).flatMap(([name, stream]: [string, Observable<unknown>]) => [
      stream.subscribe(trail.follow(`observer of ${name}`, { next: () => {} })),
      stream.subscribe(trail.follow(`subscriber to ${name}`, new Subscriber<unknown>())),
    ]);
    broker.trySend(actorId('other'), 1);
    broker.trySend(actorId('nobody'), 1);
    broker.publish('a.b', 1);
    for (const subscription of subscriptions) subscription.unsubscribe();
  },

  'what was broadcast and published, and what was retained until now'({ broker }, trail) {
    broker.tryBroadcast(trail.follow('told to all', new Letter()));
    broker.broadcast(trail.follow('asked of all', new Letter())).subscribe(trail.caller('caller of a broadcast'));
    broker.publish('t', trail.follow('published', new Letter()));
    broker.publish('t', trail.follow('retained, and replaced', new Letter()), { retain: true });
    broker.publish('t', trail.follow('retained, and cleared', new Letter()), { retain: true });
    broker.clearRetained('t');
  },

  'a backlog that has been handled'({ broker }, trail) {
    const mailbox = Mailbox.bounded<any>(200, { overflow: 'block' });
    broker.register(id, mailbox);
    for (let i = 0; i < 100; i++) {
      broker.trySend(id, trail.follow(`told ${i}`, new Letter()));
      broker.send(id, trail.follow(`asked ${i}`, new Letter()), { timeout: Infinity }).subscribe(trail.caller(`caller ${i}`));
    }
    mailbox.receive(() => 'fine');
  },

  'a message that a mailbox evicted which stays in use'({ broker }, trail) {
    broker.register(id, Mailbox.bounded<any>(1, { overflow: 'drop-oldest' }));
    broker.send(id, trail.follow('asked', new Letter())).subscribe(trail.caller('caller'));
    broker.trySend(id, trail.follow('told', new Letter()));
    broker.trySend(id, 'stays');
    broker.trySend(actorId('nobody'), 'evicts the last of these letters');
  },

  'a consumer that has left its mailbox, which stays registered'({ broker }, trail) {
    const other = Mailbox.bounded<any>(5);
    broker.register(actorId('left'), other);
    other.receive(trail.follow('handler', () => {})).unsubscribe();
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(id, mailbox);
    const deliveries = mailbox.deliveries$.subscribe(trail.follow('observer of deliveries$', { next: () => {} }));
    broker.trySend(id, trail.follow('unsettled message', new Letter()));
    deliveries.unsubscribe();
    broker.trySend(actorId('nobody'), 'evicts the letter of that message');
  },

  'a source that a mailbox had subscribed to'({ broker }, trail) {
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(id, mailbox);
    const source = trail.follow('source', new Subject<object>());
    source.subscribe(mailbox).unsubscribe();
  },
};

describe('is collected, while its broker lives on:', () => {
  it.each(Object.entries(STORIES))('%s', async (_, tell) => {
    const world = alive();
    const left = await survivors(() => {
      const trail = new Trail();
      tell(world, trail);
      return trail.references;
    });
    expect(left).toEqual([]);
    // It is still there, and in use.
    world.spawn('at the end');
    expect(world.broker.trySend(actorId<any>('at the end'), 'ordinary').ok).toBe(true);
  });

  it('and what is still in use is not: these tests can fail', async () => {
    const { broker, queue } = alive();
    const kept = await survivors(() => {
      const trail = new Trail();
      broker.spawn(id, trail.follow('handler', () => NEVER));
      // Whatever time the collections take, no timeout is to let go of it.
      broker.send(id, trail.follow('running message', new Letter()), { timeout: Infinity }).subscribe(trail.caller('running caller'));
      broker.send(id, trail.follow('queued message', new Letter()), { timeout: Infinity }).subscribe({ error: () => {} });
      broker.trySend(actorId('nobody'), trail.follow('letter', new Letter()));
      broker.events$.subscribe(trail.follow('observer', { next: () => {} }));
      broker.publish('t', trail.follow('retained', new Letter()), { retain: true });
      return trail.references;
    });
    expect(kept).toEqual(['handler', 'running message', 'running caller', 'queued message', 'letter', 'observer', 'retained']);
    expect(queue.size).toBe(1);
    await broker.close({ drain: false });
  });
});

describe('is collected with all that is in it:', () => {
  it('a broker nobody holds, open or closed', async () => {
    const left = await survivors(() => {
      const trail = new Trail();
      for (const name of ['open', 'closed']) {
        const { broker, queue } = alive();
        trail.follow(`${name} broker`, broker);
        broker.spawn(id, trail.follow(`handler of the ${name} one`, () => NEVER));
        broker.trySend(id, trail.follow(`message of the ${name} one`, new Letter()));
        broker.topic$('t').subscribe(trail.follow(`observer of the ${name} one`, { next: () => {} }));
        trail.follow(`queue of the ${name} one`, queue);
        if (name === 'closed') void broker.close({ drain: false });
      }
      return trail.references;
    });
    expect(left).toEqual([]);
  });

  it('a closed broker whose queue of dead letters is used by another', async () => {
    const queue = new DeadLetterQueue();
    const left = await survivors(() => {
      const trail = new Trail();
      const broker = trail.follow('broker', new InMemoryMessageBroker().withDeadLetterQueue(queue));
      broker.spawn(id, trail.follow('handler', () => NEVER));
      void broker.close({ drain: false });
      return trail.references;
    });
    expect(left).toEqual([]);
    expect(queue.size).toBe(0);
  });
});

describe('a queue in use', () => {
  it('holds nothing of what it has given away', async () => {
    const queue = new ChunkedQueue<object, { readonly withdrawn: boolean }>();
    const held = await survivors(() => {
      const value = new Letter();
      const meta = { withdrawn: false };
      queue.push(value, meta);
      queue.push(new Letter(), { withdrawn: false });
      queue.headMeta();
      queue.shift();
      return { value: new WeakRef(value), meta: new WeakRef(meta) };
    });
    expect(held).toEqual([]);
    expect(queue.size).toBe(1);
  });
});
