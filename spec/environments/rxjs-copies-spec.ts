import { type Delivery, type InMemoryMessageBroker, DeadLetterQueue, Mailbox, actorId } from 'rx-broker';
import { boundedBuffer, boundedConcatMap, boundedMergeMap, publishTo, requestFrom, sendTo } from 'rx-broker/operators';
import { BrokerTestProbe } from 'rx-broker/testing';
import { type Observable, type Observer, NEVER, concatMap, map, of, take, tap } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clockAt, setupStill as setup, watchFor } from '../broker/setup';
import { type RxjsCopy, OTHER_COPIES, deriveObservers, rxjs7 } from './rxjs-copies';

const id = actorId<any>('actor');
const nobody = actorId<any>('nobody');

const COPIES = [
  { title: 'RxJS 7 with useDeprecatedNextContext', copy: rxjs7, isDeprecated: true },
  ...OTHER_COPIES.map((copy) => ({ title: copy.name, copy, isDeprecated: false })),
];

/** What a stream does at once, and what it does when `go` is called. */
const STORIES: Record<string, (observer: Observer<unknown>, later: (() => void)[]) => void> = {
  'completes at once': (observer) => {
    observer.next(1);
    observer.next(2);
    observer.complete();
  },
  'completes later': (observer, later) => {
    later.push(() => observer.next(1), () => observer.next(2), () => observer.complete(), () => observer.next('too late'));
  },
  'errors at once': (observer) => {
    observer.next(1);
    observer.error('broken');
  },
  'errors later': (observer, later) => {
    later.push(() => observer.next(1), () => observer.error('broken'), () => observer.complete());
  },
  'does not end': (observer, later) => {
    observer.next(1);
    later.push(() => observer.next(2));
  },
};

/** Makes something of a stream of the user's. */
type Place = (stream: any) => Observable<unknown>;

/** Where it is an inner one. */
const INNER: Record<string, Place> = {
  boundedConcatMap: (stream) => of(0).pipe(boundedConcatMap(() => stream, { capacity: 1 })),
  boundedMergeMap: (stream) => of(0).pipe(boundedMergeMap(() => stream, { capacity: 1, concurrency: 2 })),
  "requestFrom's onError": (stream) => of(0).pipe(requestFrom(setup().broker, id, { capacity: 1, onError: () => stream })),
};

/** Where it is the source. */
const OUTER: Record<string, Place> = {
  boundedBuffer: (stream) => boundedBuffer(1)(stream).pipe(map(({ value, release }) => (release(), value))),
  boundedConcatMap: (stream) => boundedConcatMap((value) => of(value), { capacity: 1 })(stream),
  requestFrom: (stream) => {
    const { broker } = setup();
    broker.spawn(id, (value) => value);
    return requestFrom(broker, id, { capacity: 1 })(stream);
  },
};

/** All that a subscriber sees of each story where a stream of `copy` tells it, and when that is torn down; at last the subscriber leaves. */
function logsOf(copy: RxjsCopy, place: Place): Record<string, unknown[]> {
  return mapEach(STORIES, (story) => {
    const log: unknown[] = [];
    const later: (() => void)[] = [];
    const stream = copy.create((observer) => {
      story(observer, later);
      return () => void log.push('torn down');
    });
    const subscription = place(stream).subscribe({
      next: (value) => log.push(value),
      error: (error: unknown) => log.push(['error', error]),
      complete: () => log.push('completed'),
    });
    for (const go of later) go();
    log.push('leaves');
    subscription.unsubscribe();
    return log;
  });
}

function mapEach<T, R>(object: Record<string, T>, work: (value: T, key: string) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, work(value, key)]));
}

/** A broker, a mailbox and a queue whose streams are listened to. */
class World {
  readonly broker: InMemoryMessageBroker;
  readonly mailbox = Mailbox.bounded<unknown>(3);
  readonly letters = new DeadLetterQueue();
  readonly probe: BrokerTestProbe;

  constructor() {
    this.broker = setup({ metricsInterval: 1e9, scheduler: clockAt(0).scheduler }).broker;
    this.broker.withDeadLetterQueue(this.letters);
    this.probe = new BrokerTestProbe(this.broker);
    this.broker.spawn(id, (message) => (message === 'many' ? of(1, 2) : message), { topics: ['bound'] });
    this.broker.register(actorId('mailbox'), this.mailbox);
    const full = Mailbox.bounded<unknown>(1, { overflow: 'block' });
    full.next('queued');
    this.broker.register(actorId('full'), full);
    this.broker.trySend(nobody, 'lost early');
    for (let n = 0; n < 2; n++) this.mailbox.next(n);
    this.broker.publish('topic', 'retained', { retain: true });
  }

  /** Something for every stream to tell. */
  async run(): Promise<void> {
    const { broker, mailbox } = this;
    broker.trySend(id, 'told');
    broker.trySend(nobody, 'lost');
    broker.tryBroadcast('to all');
    broker.publish('topic', 'published');
    for (let n = 2; n < 5; n++) mailbox.next(n);
    mailbox.close();
    if (broker.isRegistered(id)) broker.unregister(id);
    await broker.close({ drain: false });
  }
}

/** Every stream that is handed out. */
const STREAMS: Record<string, (world: World) => Observable<unknown>> = {
  send: ({ broker }) => broker.send(id, 'many'),
  'send to nobody': ({ broker }) => broker.send(nobody, 1),
  'ref().send': ({ broker }) => broker.ref(id).send('asked'),
  offer: ({ broker }) => broker.offer(id, 'told'),
  'offer to a full mailbox': ({ broker }) => broker.offer(actorId('full'), 'waits'),
  sendWithPriority: ({ broker }) => broker.sendWithPriority(id, 'asked', 'high'),
  sendWithRouting: ({ broker }) => broker.sendWithRouting({ topic: 'bound' }, 'many'),
  broadcast: ({ broker }) => broker.broadcast('asked'),
  broadcastFilter: ({ broker }) => broker.broadcastFilter('asked', () => true, { order: 'settled' }),
  broadcasts$: ({ broker }) => broker.broadcasts$,
  topic$: ({ broker }) => broker.topic$('topic'),
  publications$: ({ broker }) => broker.publications$('>'),
  watch: ({ broker }) => broker.watch(id),
  metrics$: ({ broker }) => broker.metrics$.pipe(map(({ totalSent }) => totalSent)),
  deadLetters$: ({ broker }) => broker.deadLetters$.pipe(map(({ message }) => message)),
  events$: ({ broker }) => broker.events$.pipe(map(({ kind }) => kind)),
  deliveries$: ({ mailbox }) => mailbox.deliveries$,
  pressure$: ({ mailbox }) => mailbox.pressure$,
  idle$: ({ mailbox }) => mailbox.idle$,
  losses$: ({ mailbox }) => mailbox.losses$,
  letters$: ({ letters }) => letters.letters$.pipe(map(({ message }) => message)),
  redeliver: ({ letters }) => letters.redeliver().pipe(map(({ letter, ok }) => [letter.message, ok])),
  sent$: ({ probe }) => probe.sent$.pipe(map(({ message }) => message)),
};

/** What a copy sees of every stream, or its own `take(most)` of it, in a world in which much happens. */
async function heardBy(copy: RxjsCopy, names: readonly string[], most?: number): Promise<Record<string, unknown>> {
  const heard: Record<string, unknown> = {};
  for (const name of names) {
    const world = new World();
    const log: unknown[] = [];
    const note = (value: unknown): void => {
      if (name !== 'deliveries$') log.push(value);
      else {
        const delivery = value as Delivery<unknown>;
        log.push(delivery.message);
        delivery.reply(undefined);
      }
    };
    copy.listen(
      STREAMS[name]!(world),
      { next: note, error: (error: { code?: unknown }) => log.push(['error', error.code]), complete: () => log.push('completed') },
      most,
    );
    await world.run();
    heard[name] = { log, mailbox: world.mailbox.metrics(), failedBy: world.broker.metrics().failedBy };
  }
  return heard;
}

describe.each(COPIES)('$title', ({ copy, isDeprecated }) => {
  beforeEach(() => deriveObservers(isDeprecated));
  afterEach(() => deriveObservers(false));

  it.each(Object.entries(INNER))('has its streams flattened by %s as those of RxJS 7 are by concatMap', (_, place) => {
    expect(logsOf(copy, place)).toEqual(logsOf(rxjs7, (stream) => of(0).pipe(concatMap(() => stream as Observable<unknown>))));
  });

  it.each(Object.entries(OUTER))('has its streams as the source of %s as those of RxJS 7 are of concatMap', (_, place) => {
    expect(logsOf(copy, place)).toEqual(logsOf(rxjs7, (stream) => (stream as Observable<unknown>).pipe(concatMap((value) => of(value)))));
  });

  it('has its streams pass through sendTo and publishTo as through tap', () => {
    const tell = sendTo<any, any>(setup().broker, id);
    const publish = publishTo(setup().broker, 'topic');
    const pass = tap<unknown>(() => {});
    expect(logsOf(copy, (stream) => publish(tell(stream)))).toEqual(logsOf(copy, (stream) => pass(pass(stream))));
  });

  it('has its streams as replies (S2)', () => {
    const ask: Place = (stream) => {
      const { broker } = setup();
      broker.spawn(id, () => stream);
      return broker.send(id, 0);
    };
    const logs = logsOf(copy, ask);
    expect(logs).toEqual(logsOf(rxjs7, ask));
    expect(logs).toMatchObject({ 'completes at once': [1, 2, 'torn down', 'completed', 'leaves'], 'does not end': [1, 2, 'leaves', 'torn down'] });
  });

  it('has a mailbox as the observer of its streams, which close it (M6)', () => {
    const lives = mapEach({ complete: 'closed', error: 'broken' }, (reason, end) => {
      const mailbox = Mailbox.bounded<unknown>(5);
      const log: unknown[] = [];
      mailbox.receive({ receive: (message) => void log.push(message), onStop: (reason) => void log.push(reason) });
      const stream = copy.create((observer) => {
        observer.next(1);
        observer.next(2);
        observer[end as 'error'](reason);
      });
      stream.subscribe(mailbox);
      return log;
    });
    expect(lives).toEqual({ complete: [1, 2, 'closed'], error: [1, 2, 'broken'] });
  });

  it('hears all of every stream that is handed out', async () => {
    const names = Object.keys(STREAMS);
    expect(await heardBy(copy, names)).toEqual(await heardBy(rxjs7, names));
  });

  it('takes one value of every stream that is handed out', async () => {
    const names = Object.keys(STREAMS).filter((name) => name !== 'deliveries$');
    expect(await heardBy(copy, names, 1)).toEqual(await heardBy(rxjs7, names, 1));
  });

  it('leaves what it listens to: an ask is cancelled, the seat of a mailbox is free (S3, M6)', () => {
    const { broker } = setup();
    broker.spawn(id, () => NEVER);
    const mailbox = Mailbox.bounded<number>(1);
    copy.listen(broker.send(id, 0), {}).unsubscribe();
    copy.listen(mailbox.deliveries$, {}).unsubscribe();
    expect(broker.metrics()).toMatchObject({ totalAborted: 1, openRequests: 0, inFlight: 0 });
    expect(() => mailbox.receive(() => {})).not.toThrow();
  });
});

describe.each(OTHER_COPIES.filter(({ name }) => name.startsWith('RxJS')))('$name', (copy) => {
  it('takes one delivery, and leaves the others in the mailbox (M6)', async () => {
    expect(await heardBy(copy, ['deliveries$'], 1)).toEqual(await heardBy(rxjs7, ['deliveries$'], 1));
  });

  it('ends an endless synchronous reply where its caller takes one value (S2)', () => {
    const { broker } = setup();
    let made = 0;
    const endless = copy.create((observer) => {
      while (!observer.closed && made < 1_000) observer.next(++made);
    });
    broker.spawn(id, () => endless);
    expect(watchFor(broker.send(id, 0).pipe(take(1)))).toMatchObject({ values: [1], completed: true });
    expect(made).toBe(1);
  });
});
