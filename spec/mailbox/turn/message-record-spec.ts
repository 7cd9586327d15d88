import { type ActorContext, Mailbox, actorId } from 'rx-broker';
import { NEVER, type Observable, Subject, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setup, virtually, watchFor } from '../../broker/setup';

const a = actorId<any>('a');

describe('an envelope', () => {
  it.each([undefined, { headers: { h: '1' } }])('has a JSON of its own fields, and of nothing behind it: sent with %j', (options) => {
    virtually(() => {
      const { broker } = setup();
      const texts: string[] = [];
      broker.spawn(a, (_message, { envelope }: ActorContext) => void texts.push(JSON.stringify(envelope)));
      broker.trySend(a, 0, options);
      const headers = options?.headers ?? {};
      expect(texts.map((text) => JSON.parse(text) as unknown)).toEqual([{ id: expect.any(String) as string, priority: 'normal', sentAt: 0, attempt: 1, headers }]);
    });
  });

  it('says when its message was sent, however it was (D4)', () => {
    virtually(({ at }) => {
      const { broker } = setup();
      const sentAt: number[] = [];
      broker.spawn(a, (_message, { envelope }: ActorContext) => void sentAt.push(envelope.sentAt), { topics: ['t'] });
      at(30, () => {
        broker.trySend(a, 0);
        broker.trySend(a, 0, { headers: { h: '1' } });
        broker.send(a, 0).subscribe();
        broker.send(a, 0, { ttl: 5 }).subscribe();
        broker.sendWithRouting({ topic: 't' }, 0).subscribe();
        broker.tryBroadcast(0);
        broker.broadcast(0).subscribe();
        broker.publish('t', 0);
        expect(sentAt).toEqual(Array.from({ length: 8 }, () => 30));
      });
    });
  });

  it('says when it was first looked at, where nothing has read the time before (D4)', () => {
    virtually(({ at }) => {
      const { broker } = setup();
      const mailbox = Mailbox.bounded<any>(5);
      broker.register(a, mailbox);
      const sentAt: number[] = [];
      for (const n of [1, 2]) broker.trySend(a, n);
      at(30, () => {
        mailbox.receive((_message, { envelope }) => void sentAt.push(envelope.sentAt));
        expect(sentAt).toEqual([30, 30]);
      });
    });
  });
});

describe('a request that is over', () => {
  it.each<[string, () => { reply: Observable<unknown>; end: () => void }]>([
    ['completed', () => {
      const reply = new Subject<void>();
      return { reply, end: () => reply.complete() };
    }],
    ['errored', () => {
      const reply = new Subject<void>();
      return { reply, end: () => reply.error('no') };
    }],
  ])('leaves no timer that keeps Node alive for more than 50 ms: %s (S4)', (_, make) => {
    const scheduler = new VirtualTimeScheduler();
    const { broker } = setup({ scheduler });
    const { reply, end } = make();
    broker.spawn(a, () => reply);
    const asked = watchFor(broker.send(a, 0));
    scheduler.schedule(end, 10);
    scheduler.flush();
    expect(asked.completed || asked.errored).toBe(true);
    expect(scheduler.frame).toBeLessThanOrEqual(60);
  });

  it('has none where its timeout is Infinity (S4)', () => {
    const scheduler = new VirtualTimeScheduler();
    const { broker } = setup({ scheduler });
    broker.spawn(a, () => NEVER, { concurrency: 2 });
    const [endless, short] = [Infinity, 10].map((timeout) => watchFor(broker.send(a, 0, { timeout })));
    scheduler.maxFrames = 1_000;
    scheduler.flush();
    expect(short?.error).toMatchObject({ code: 'Timeout' });
    expect(scheduler.frame).toBeLessThanOrEqual(60);
    expect(broker.metrics().openRequests).toBe(1);
    endless?.subscription.unsubscribe();
  });

  it('leaves none either where it was cancelled (S4)', () => {
    const scheduler = new VirtualTimeScheduler();
    const { broker } = setup({ scheduler });
    broker.spawn(a, () => NEVER);
    const [runs, waits] = [0, 1].map((n) => broker.send(a, n).subscribe());
    scheduler.schedule(() => {
      waits?.unsubscribe();
      runs?.unsubscribe();
    }, 10);
    scheduler.flush();
    expect(scheduler.frame).toBeLessThanOrEqual(60);
  });
});

describe('what was cancelled', () => {
  it('never runs, in whatever numbers (S3)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(1_000);
    broker.register(a, mailbox);
    broker.trySend(a, 'lives');
    const asked = Array.from({ length: 500 }, (_, n) => broker.send(a, n).subscribe());
    asked.slice(0, -1).forEach((subscription) => subscription.unsubscribe());
    const handled: unknown[] = [];
    mailbox.receive((message: unknown) => void handled.push(message));
    expect(handled).toEqual(['lives', 499]);
    expect(broker.metrics()).toMatchObject({ totalSent: 501, totalSucceeded: 2, failedBy: { Cancelled: 499 } });
  });
});

describe('what expired', () => {
  it('is left alone where someone who was told of another has taken it back (S3, ttl)', () => {
    virtually(({ at }) => {
      const { broker } = setup();
      const mailbox = Mailbox.bounded<any>(3);
      broker.register(a, mailbox);
      mailbox.receive(() => NEVER);
      for (const message of ['runs', 'lives']) broker.trySend(a, message);
      broker.send(a, 'expires', { ttl: 5 }).subscribe({ error: () => second.unsubscribe() });
      const second = broker.send(a, 'expires too', { ttl: 5 }).subscribe();
      at(10, () => {
        expect(broker.trySend(a, 'newcomer').ok).toBe(true);
        expect(mailbox.size).toBe(2);
        expect(broker.metrics()).toMatchObject({ pending: 2, failedBy: { Expired: 1, Cancelled: 1 } });
      });
    });
  });

  it('fails its caller while it waits for a place, and is out of the way (M2, S4)', () => {
    virtually(({ at }) => {
      const { broker } = setup();
      broker.spawn(a, () => NEVER, { capacity: 1, overflow: 'block' });
      for (const message of ['runs', 'is queued']) broker.trySend(a, message);
      const waiter = watchFor(broker.send(a, 'waits', { timeout: 5 }));
      at(6, () => {
        expect(waiter.error).toMatchObject({ code: 'Timeout', started: false });
        expect(broker.metrics()).toMatchObject({ pending: 1, failedBy: { Timeout: 1 } });
      });
    });
  });
});
