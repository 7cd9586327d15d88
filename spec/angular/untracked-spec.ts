import { computed, effect, signal, untracked } from '@angular/core';
import { DeadLetterQueue, InMemoryMessageBroker, Mailbox, type MessageBroker, actorId, topic, topicState } from 'rx-broker';
import { injectMessageBroker, injectState } from 'rx-broker/angular';
import { NEVER, Subject, type Unsubscribable, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { application, inContext } from './setup';

const id = actorId<any>('actor');
const news = topic<number>('news');

/** What an effect may do with a broker whose actor `id` and whose observers of `news` read a signal. `before` is done outside of the effect. */
interface Entry {
  readonly before?: (broker: MessageBroker) => unknown;
  readonly enter: (broker: MessageBroker, prepared: any) => unknown;
}

const queued = (broker: MessageBroker): unknown => {
  const mailbox = Mailbox.unbounded<any>();
  broker.register(actorId('other'), mailbox);
  mailbox.next('waits');
  return mailbox;
};

const ENTRIES: Record<string, Entry> = {
  trySend: { enter: (broker) => broker.trySend(id, 0) },
  'ref().trySend': { enter: (broker) => broker.ref(id).trySend(0) },
  'ref().send': { enter: (broker) => broker.ref(id).send(0).subscribe() },
  send: { enter: (broker) => broker.send(id, 0).subscribe() },
  'send, through operators': { enter: (broker) => broker.send(id, 0).pipe(take(1)).subscribe() },
  sendWithPriority: { enter: (broker) => broker.sendWithPriority(id, 0, 'high').subscribe() },
  sendWithRouting: { enter: (broker) => broker.sendWithRouting({ topic: 'routed' }, 0).subscribe() },
  offer: { enter: (broker) => broker.offer(id, 0).subscribe() },
  broadcast: { enter: (broker) => broker.broadcast(0).subscribe() },
  broadcastFilter: { enter: (broker) => broker.broadcastFilter(0, () => true).subscribe() },
  tryBroadcast: { enter: (broker) => broker.tryBroadcast(0) },
  'publish, to an actor': { enter: (broker) => broker.publish('routed', 0) },
  'publish, to an observer': { enter: (broker) => broker.publish(news, 0) },
  'the set of a state': { before: (broker) => topicState(broker, news, 0), enter: (_broker, state) => state.set(1) },
  'the set of injectState': { before: () => inContext(() => injectState(news, 0)), enter: (_broker, state) => state.set(1) },
  spawn: { enter: (broker) => broker.spawn(actorId('new'), { receive: () => {}, onStart: note }) },
  register: {
    before: () => {
      const mailbox = Mailbox.unbounded();
      mailbox.receive({ receive: () => {}, onStart: note });
      return mailbox;
    },
    enter: (broker, mailbox: Mailbox) => broker.register(actorId('new'), mailbox),
  },
  unregister: { enter: (broker) => broker.unregister(id) },
  'the end of a registration': { before: (broker) => broker.spawn(actorId('short'), { receive: () => {}, onStop: note }), enter: (_broker, registration: Unsubscribable) => registration.unsubscribe() },
  'the end of a request, which lets the next turn begin': {
    before: (broker) => {
      broker.spawn(actorId('busy'), (message) => (message === 0 ? NEVER : readCount()));
      const asked = broker.send(actorId('busy'), 0).subscribe({ error: () => {} });
      broker.trySend(actorId('busy'), 1);
      return asked;
    },
    enter: (_broker, asked: Unsubscribable) => asked.unsubscribe(),
  },
  'the first value of a topic': { before: (broker) => broker.publish(news, 7, { retain: true }), enter: (broker) => broker.topic$(news).subscribe(readCount) },
  "a mailbox's next": {
    before: (broker) => {
      const mailbox = Mailbox.unbounded();
      broker.register(actorId('other'), mailbox);
      mailbox.receive(readCount);
      return mailbox;
    },
    enter: (_broker, mailbox: Mailbox) => mailbox.next(0),
  },
  "a mailbox's receive": { before: queued, enter: (_broker, mailbox: Mailbox) => mailbox.receive(readCount) },
  "a mailbox's deliveries$": { before: queued, enter: (_broker, mailbox: Mailbox) => mailbox.deliveries$.subscribe(readCount) },
  "a mailbox's resume": {
    before: (broker) => {
      const mailbox = queued(broker) as Mailbox;
      mailbox.pause();
      mailbox.receive(readCount);
      return mailbox;
    },
    enter: (_broker, mailbox: Mailbox) => mailbox.resume(),
  },
  'the redelivery of a dead letter': {
    before: (broker) => {
      const queue = new DeadLetterQueue();
      (broker as unknown as { withDeadLetterQueue(queue: DeadLetterQueue): MessageBroker }).withDeadLetterQueue(queue);
      broker.trySend(actorId('late'), 0);
      broker.spawn(actorId('late'), readCount);
      return queue;
    },
    enter: (_broker, queue: DeadLetterQueue) => queue.redeliver().subscribe(),
  },
  close: { enter: (broker) => broker.close() },
};

let count = signal(0);
let reads = 0;

/** What a handler or an observer does: it reads a signal, and writes it. */
function readCount(): number {
  reads++;
  count.update((value) => value + 1);
  return count();
}

const note = (): void => void readCount();

function prepared({ before }: Entry): { broker: MessageBroker; tick: () => void; ready: unknown } {
  const { broker, tick } = application();
  count = signal(0);
  broker.spawn(id, { receive: readCount, onStop: note }, { topics: ['routed'] });
  broker.topic$(news).subscribe(readCount);
  const ready = before?.(broker);
  reads = 0;
  return { broker, tick, ready };
}

describe.each(Object.entries(ENTRIES))('%s', (_name, entry) => {
  it('in an effect: what it calls reads signals that do not become dependencies of the effect', () => {
    const { broker, tick, ready } = prepared(entry);
    let runs = 0;
    inContext(() => effect(() => {
      // A second run shows the fault, and a third would hang.
      if (++runs <= 2) entry.enter(broker, ready);
    }));
    tick();
    expect(reads).toBeGreaterThan(0);
    count.update((value) => value + 1);
    tick();
    expect(runs).toBe(1);
  });

  it('in a computed: what it calls may write signals', () => {
    const { broker, ready } = prepared(entry);
    const letters: unknown[] = [];
    broker.deadLetters$.subscribe(({ error }) => letters.push(error));
    const value = computed(() => {
      entry.enter(broker, ready);
      return true;
    });
    expect(value()).toBe(true);
    expect(reads).toBeGreaterThan(0);
    expect(letters.filter((error) => String(error).includes('NG0600'))).toEqual([]);
    expect(untracked(count)).toBeGreaterThan(0);
  });
});

describe('the broker that is injected', () => {
  it('is the one that handlers get', () => {
    const { broker } = application();
    let given: unknown;
    broker.spawn(id, (_message, context) => void (given = context.broker));
    broker.trySend(id, 0);
    expect(given).toBe(broker);
    expect(inContext(() => injectMessageBroker())).toBe(broker);
  });

  it('has every member of a broker as its own, so that a new one cannot be forgotten', () => {
    const { broker } = application();
    const members = Reflect.ownKeys(Object.getPrototypeOf(new InMemoryMessageBroker()) as object).filter((name) => name !== 'constructor');
    expect(members).toEqual(expect.arrayContaining(['trySend', 'publish', 'events$', 'close']));
    expect(members.filter((name) => !Object.hasOwn(broker, name))).toEqual([]);
    expect(broker).toBeInstanceOf(InMemoryMessageBroker);
  });

  it('still stops an endless synchronous stream, and tears it down', () => {
    const { broker } = application();
    const source = new Subject<number>();
    broker.spawn(id, () => source);
    const seen: unknown[] = [];
    broker.send(id, 0).pipe(take(2)).subscribe((value) => seen.push(value));
    for (const n of [1, 2, 3]) source.next(n);
    expect([seen, source.observed]).toEqual([[1, 2], false]);
  });
});
