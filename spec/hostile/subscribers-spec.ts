import { DeadLetterQueue, Mailbox, actorId } from 'rx-broker';
import { type Observable, Subject, Subscriber, type Subscription, config, finalize, of } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchFor } from '../broker/setup';
import { MODES, ORDINARY, Trial } from './trial';

const id = actorId<any>('actor');
const failure = new Error('of the subscriber');
const boom = (): never => {
  throw failure;
};

describe.each(MODES)('$mode: a subscriber that', ({ observed }) => {
  const { onUnhandledError } = config;
  let reported: unknown[];
  beforeEach(() => {
    reported = [];
    config.onUnhandledError = (error) => reported.push(error);
  });
  afterEach(async () => {
    await reports();
    config.onUnhandledError = onUnhandledError;
  });
  /** The errors that RxJS has reported: it does so in a timer of its own. */
  const reports = async (): Promise<unknown[]> => {
    await new Promise((resolve) => setTimeout(resolve));
    return reported;
  };

  it.each([
    ['next', 6],
    ['error', 2],
    ['complete', 4],
  ] as const)('throws in its `%s` is reported each of %i times, hears of it in no other way, and costs no count (S2)', async (how, times) => {
    const trial = new Trial({ observed });
    const { broker } = trial;
    const stream = new Subject<number>();
    broker.spawn(id, (message) => (message === 'stream' ? stream : message === 'fail' ? boom() : 'fine'), { topics: ['t'] });
    const told: unknown[] = [];
    const bad = { error: (error: unknown) => void told.push(error), [how]: boom };
    const good: unknown[] = [];
    broker.send(id, ORDINARY).subscribe(bad);
    broker.send(id, 'fail').subscribe(bad);
    broker.send(id, 'stream').subscribe(bad);
    stream.next(1);
    stream.next(2);
    stream.complete();
    broker.send(actorId<any>('nobody'), 0).subscribe(bad);
    broker.broadcast(ORDINARY).subscribe(bad);
    broker.sendWithRouting({ topic: 't' }, ORDINARY).subscribe(bad);
    broker.send(id, ORDINARY).subscribe((value) => good.push(value));
    expect(good).toEqual(['fine']);
    // The broadcast has two targets.
    trial.expectCounts({ totalSent: 8, totalSucceeded: 6, totalErrored: 1, totalFailed: 1 });
    expect(await reports()).toEqual(Array.from({ length: times }, () => failure));
    // The error of the handler that failed, and that of the actor that does not exist.
    expect(told).toMatchObject(how === 'error' ? [] : [failure, { code: 'ActorNotFound' }]);
    await trial.expectUnharmed(id);
  });

  it('throws in every stream of the broker and of a mailbox changes nothing for the others, and no count (D2, D6)', async () => {
    const trial = new Trial({ observed });
    const { broker } = trial;
    const mailbox = Mailbox.bounded<unknown>(1);
    const streams = [broker.deadLetters$, broker.broadcasts$, broker.topic$('t'), broker.publications$('>'), broker.watch(id), mailbox.pressure$, mailbox.losses$];
    broker.register(id, mailbox, { topics: ['t'] });
    for (const stream of [...streams, broker.events$, broker.metrics$]) stream.subscribe(boom);
    const seen = streams.map((stream) => watchFor(stream));
    broker.publish('t', 1);
    broker.publish('t', 2);
    broker.tryBroadcast('3', (target) => target === id);
    broker.send(id, 'one too many').subscribe({ error: boom });
    mailbox.receive(() => 'fine');
    broker.unregister(id);
    expect(seen.every(({ values }) => values.length > 0)).toBe(true);
    trial.expectCounts({ totalSent: 4, totalSucceeded: 1, totalFailed: 3, totalDeadLettered: 3 });
    expect(new Set(await reports())).toEqual(new Set([failure]));
    await trial.expectUnharmed();
  });

  it('is a Subscriber of its own making, whose throws RxJS does not catch, is logged, and costs no count (D6)', async () => {
    const trial = new Trial({ observed });
    const { broker } = trial;
    const bare = (): Subscriber<any> => Object.assign(new Subscriber<any>(), { next: boom });
    broker.spawn(id, (message) => (message === 'stream' ? of(1) : 'fine'), { topics: ['t'] });
    const told: unknown[] = [];
    broker.topic$('t').subscribe(bare());
    broker.topic$('t').subscribe((message) => told.push(message));
    const throws = [
      () => broker.publish('t', 'published'),
      () => broker.send(id, ORDINARY).subscribe(bare()),
      () => broker.send(id, 'stream').subscribe(bare()),
      () => broker.broadcast(ORDINARY).subscribe(bare()),
    ];
    for (const cause of throws) {
      const before = trial.logged.length;
      expect(cause).not.toThrow();
      expect(trial.logged.length).toBeGreaterThan(before);
    }
    expect(trial.logged[0]).toContain('an observer or a callback threw');
    expect(told).toEqual(['published']);
    const lone = Mailbox.bounded<unknown>(1);
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    lone.losses$.subscribe(bare());
    for (const n of [1, 2]) lone.next(n);
    expect(warn.mock.calls).toEqual([[expect.stringContaining('an observer or a callback threw'), failure]]);
    warn.mockRestore();
    trial.expectLaws();
    await trial.expectUnharmed(id);
  });

  /** Every stream of a broker and of its mailbox, and work that gives each of them a value and then its end. */
  const everyStream = (trial: Trial): { streams: Record<string, Observable<unknown>>; work(): Promise<void> } => {
    const { broker } = trial;
    const mailbox = Mailbox.bounded<unknown>(1);
    const queue = new DeadLetterQueue();
    broker.withDeadLetterQueue(queue).register(id, mailbox, { topics: ['t'] });
    const { broadcasts$, deadLetters$, events$, metrics$ } = broker;
    const { idle$, losses$, pressure$ } = mailbox;
    const [topic$, publications$, ended, eventsOf] = [broker.topic$('t'), broker.publications$('>'), broker.watch(id), broker.eventsOf(id)];
    const streams = { broadcasts$, deadLetters$, events$, metrics$, idle$, losses$, pressure$, topic$, publications$, ended, eventsOf, letters$: queue.letters$ };
    const work = async (): Promise<void> => {
      broker.publish('t', 1);
      broker.tryBroadcast(2, (target) => target === id);
      mailbox.receive(() => {});
      trial.clock.pass(1_000);
      broker.unregister(id);
      mailbox.close();
      await broker.close();
    };
    return { streams, work };
  };

  it('is a Subscriber of its own making and the first in every stream takes nothing from those behind it (D6)', async () => {
    const trial = new Trial({ observed });
    const { streams, work } = everyStream(trial);
    const bare = (): Subscriber<any> => Object.assign(new Subscriber<any>(), { next: boom, complete: boom });
    const behind = Object.entries(streams).map(([name, stream]) => {
      // A stream that tells its present value at once throws at its own subscriber.
      try {
        stream.subscribe(bare());
      } catch (error) {
        expect(error).toBe(failure);
      }
      const seen = watchFor(stream);
      return { name, seen, atOnce: seen.values.length };
    });
    await work();
    const short = behind.filter(({ seen, atOnce }) => seen.values.length === atOnce || !seen.completed);
    expect(short.map(({ name }) => name)).toEqual([]);
    trial.expectClosed();
  });

  it('has a teardown that throws at the end of a stream keeps no other from its end (D6)', async () => {
    const trial = new Trial({ observed });
    const { streams, work } = everyStream(trial);
    for (const stream of Object.values(streams)) stream.pipe(finalize(boom)).subscribe();
    const behind = Object.entries(streams).map(([name, stream]) => ({ name, seen: watchFor(stream) }));
    await work();
    expect(behind.filter(({ seen }) => !seen.completed).map(({ name }) => name)).toEqual([]);
    trial.expectClosed();
  });

  it('asks again from its own reply, a thousand times over, overflows no stack (M7)', async () => {
    const trial = new Trial({ observed });
    const { broker } = trial;
    broker.spawn(id, () => 'fine');
    let left = 1_000;
    let deepest = 0;
    let depth = 0;
    const ask = (): void => {
      if (left-- === 0) return;
      broker.send(id, ORDINARY).subscribe(() => {
        deepest = Math.max(deepest, ++depth);
        ask();
        depth--;
      });
    };
    ask();
    expect(deepest).toBe(1);
    trial.expectCounts({ totalSent: 1_000, totalSucceeded: 1_000 });
    await trial.expectUnharmed(id);
  });

  it('unsubscribes another while both are told leaves each of them with one outcome (D2)', async () => {
    const trial = new Trial({ observed });
    const { broker } = trial;
    const replies = [new Subject<number>(), new Subject<number>()];
    broker.spawn(id, (message) => (message === ORDINARY ? 'fine' : replies[message]), { concurrency: 2 });
    const seen: string[] = [];
    const subscriptions: Subscription[] = [];
    for (const mine of [0, 1]) {
      subscriptions.push(
        broker.send(id, mine).subscribe({
          next: () => {
            seen.push(`value ${mine}`);
            subscriptions[1 - mine]?.unsubscribe();
          },
          complete: () => seen.push(`end ${mine}`),
        }),
      );
    }
    replies[0]?.next(0);
    replies[1]?.next(1);
    replies[0]?.complete();
    expect(seen).toEqual(['value 0', 'end 0']);
    trial.expectCounts({ totalSent: 2, totalSucceeded: 1, totalAborted: 1 });
    await trial.expectUnharmed(id);
  });

  it('unsubscribes from a stream, and from the one that is told next, within one emission', async () => {
    const trial = new Trial({ observed });
    const { broker } = trial;
    const got: string[] = [];
    const first = broker.topic$('t').subscribe(() => {
      got.push('first');
      first.unsubscribe();
      second.unsubscribe();
    });
    const second = broker.topic$('t').subscribe(() => got.push('second'));
    const third = broker.topic$('t').subscribe(() => got.push('third'));
    broker.publish('t', 1);
    broker.publish('t', 2);
    third.unsubscribe();
    expect(got).toEqual(['first', 'third', 'third']);
    await trial.expectUnharmed();
  });
});
