import { type Delivery, Mailbox, type MailboxOptions, actorId } from 'rx-broker';
import { Subscriber, config, firstValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { deferred, setupStill as setup, watchFor } from '../broker/setup';

const a = actorId<any>('a');

/** What RxJS reports as unhandled while this runs, and a moment longer. */
async function reportedBy(work: () => void): Promise<unknown[]> {
  const { onUnhandledError } = config;
  const reported: unknown[] = [];
  config.onUnhandledError = (error) => reported.push(error);
  work();
  await new Promise((resolve) => setTimeout(resolve, 2));
  config.onUnhandledError = onUnhandledError;
  return reported;
}

function registered(options: MailboxOptions = {}) {
  const { broker } = setup();
  const mailbox = Mailbox.bounded<any>(5, options);
  broker.register(a, mailbox);
  return { broker, mailbox };
}

describe('deliveries$', () => {
  it('hands out the next when this one is settled; concurrency many at once', () => {
    const mailbox = Mailbox.bounded<number>(9, { concurrency: 2 });
    for (const n of [1, 2, 3, 4]) mailbox.next(n);
    const out: Delivery<number>[] = [];
    mailbox.deliveries$.subscribe((delivery) => out.push(delivery));
    expect(out.map(({ message: n }) => n)).toEqual([1, 2]);
    out[1]?.complete();
    out[0]?.fail(new Error('no'));
    expect(out.map(({ message: n }) => n)).toEqual([1, 2, 3, 4]);
    expect(mailbox.metrics()).toMatchObject({ inFlight: 2, size: 0 });
  });

  it('settles a message once, at the first of reply, complete and fail', () => {
    const mailbox = Mailbox.bounded<number>(9);
    const out: Delivery<number>[] = [];
    mailbox.deliveries$.subscribe((delivery) => out.push(delivery));
    mailbox.next(1);
    const [delivery] = out;
    delivery?.reply();
    delivery?.reply();
    delivery?.fail('late');
    delivery?.next('late');
    expect(mailbox.metrics()).toMatchObject({ inFlight: 0, delivered: 1 });
  });

  it('fails the delivery whose observer throws, and goes on with the next (M6)', async () => {
    const mailbox = Mailbox.bounded<number>(9);
    const got: number[] = [];
    const reported = await reportedBy(() => {
      mailbox.deliveries$.subscribe((delivery) => {
        got.push(delivery.message);
        if (delivery.message === 1) throw new Error('observer');
        delivery.reply();
      });
      for (const n of [1, 2]) mailbox.next(n);
    });
    expect(got).toEqual([1, 2]);
    expect(mailbox.metrics().inFlight).toBe(0);
    expect(reported).toEqual([new Error('observer')]);
  });

  it('gives the seat back when it is left, and takes streams through operators', async () => {
    const mailbox = Mailbox.bounded<number>(9);
    const first = firstValueFrom(mailbox.deliveries$);
    mailbox.next(1);
    await expect(first).resolves.toMatchObject({ message: 1 });
    const got: number[] = [];
    mailbox.receive((n) => void got.push(n));
    mailbox.next(2);
    expect(got).toEqual([2]);
    mailbox.close();
    expect(watchFor(mailbox.deliveries$).completed).toBe(true);
  });

  it('completes when the mailbox is closed and drained', () => {
    const mailbox = Mailbox.bounded<number>(9);
    const seen = watchFor(mailbox.deliveries$);
    of(1).subscribe(mailbox);
    expect(seen.completed).toBe(false);
    (seen.values[0] as Delivery).reply();
    expect(seen.completed).toBe(true);
    mailbox.deliveries$.subscribe();
    const errors = Mailbox.bounded<number>(1);
    errors.receive(() => {});
    const failed: unknown[] = [];
    errors.deliveries$.subscribe({ error: (error: unknown) => failed.push(error) });
    // eslint-disable-next-line @typescript-eslint/no-deprecated, rxjs-x/prefer-observer -- still in use, and still to work
    errors.deliveries$.subscribe(null as never, (error: unknown) => failed.push(error));
    expect(failed).toMatchObject([{ code: 'AlreadyRegistered' }, { code: 'AlreadyRegistered' }]);
  });

  it('fails a delivery whose observer throws, saying so (M6)', async () => {
    const { broker, mailbox } = registered();
    const errors: unknown[] = [];
    const reported = await reportedBy(() => {
      mailbox.deliveries$.subscribe(() => {
        throw new Error('observer');
      });
      errors.push(watchFor(broker.send(a, 0)).error);
    });
    expect(errors).toMatchObject([{ code: 'Unhandled', started: true, message: expect.stringContaining('(the observer of deliveries$ threw)') as string }]);
    expect(reported).toEqual([new Error('observer')]);
  });

  it('fails what is open when it is left, saying so (M6)', () => {
    const { broker, mailbox } = registered();
    const seat = mailbox.deliveries$.subscribe();
    const asked = watchFor(broker.send(a, 0));
    seat.unsubscribe();
    expect(asked.error).toMatchObject({ code: 'Unhandled', started: true, message: expect.stringContaining('(deliveries$ was unsubscribed)') as string });
  });

  it('takes an observer without callbacks', async () => {
    const { mailbox } = registered();
    const reported = await reportedBy(() => {
      mailbox.deliveries$.subscribe({}).add(() => undefined);
      mailbox.next(1);
      expect(mailbox.metrics()).toMatchObject({ inFlight: 1, delivered: 1 });
      const other = Mailbox.bounded<number>(1);
      other.deliveries$.subscribe({});
      other.close();
    });
    expect(reported).toEqual([]);
  });

  it.each<[string, object]>([
    ['a field `closed`', { closed: false }],
    ['the methods of a Subscriber, but no field `closed`', { add: () => {}, remove: () => {}, unsubscribe: () => {}, error: () => {}, complete: () => {} }],
    ['a field `closed` and some methods of a Subscriber', { closed: false, add: () => {}, error: () => {}, complete: () => {} }],
  ])('takes no observer for a Subscriber that has %s: where it throws, the delivery fails (M6)', async (_, more) => {
    const { broker, mailbox } = registered();
    const failure = new Error('observer');
    let error: unknown;
    const reported = await reportedBy(() => {
      mailbox.deliveries$.subscribe({ ...more, next: () => { throw failure; } });
      ({ error } = watchFor(broker.send(a, 1)));
    });
    expect([error, reported]).toEqual([expect.objectContaining({ code: 'Unhandled' }), [failure]]);
  });

  it('gives no seat to a subscriber that has left already', () => {
    const { mailbox } = registered();
    const gone = new Subscriber<unknown>();
    gone.unsubscribe();
    mailbox.deliveries$.subscribe(gone);
    const got: number[] = [];
    mailbox.receive((n: number) => void got.push(n));
    mailbox.next(1);
    expect(got).toEqual([1]);
  });

  it('replies to asks through a broker, one at a time: by a value, a stream, a failure, nothing (M6, S2)', () => {
    const { broker, mailbox } = registered();
    const out: Delivery[] = [];
    mailbox.deliveries$.subscribe((delivery) => out.push(delivery));
    const seen = ['reply', 'stream', 'fail', 'complete'].map((name) => watchFor(broker.send(a, name)));
    expect(out).toHaveLength(1);
    out[0]!.reply('r');
    out[0]!.reply('ignored');
    for (const n of [1, 2]) out[1]!.next(n);
    out[1]!.complete();
    out[2]!.fail('no');
    out[3]!.complete();
    expect(out.map(({ message, context }) => [message as unknown, context.self])).toEqual(['reply', 'stream', 'fail', 'complete'].map((name) => [name, a]));
    expect(seen).toMatchObject([{ values: ['r'] }, { values: [1, 2], completed: true }, { error: 'no' }, { values: [], completed: true }]);
    expect(broker.metrics()).toMatchObject({ totalSucceeded: 3, totalErrored: 1, inFlight: 0 });
  });

  it('that is left fails its own deliveries, and no turn of a handler before it (M6)', async () => {
    const { broker, mailbox } = registered({ concurrency: 2 });
    const gate = deferred();
    const seat = mailbox.receive(() => gate.promise);
    const answered = watchFor(broker.send(a, 'for the handler'));
    seat.unsubscribe();
    const deliveries = mailbox.deliveries$.subscribe();
    const failed = watchFor(broker.send(a, 'for the stream'));
    deliveries.unsubscribe();
    expect(failed.error).toMatchObject({ code: 'Unhandled', started: true });
    gate.resolve('fine');
    await gate.promise;
    expect(answered).toMatchObject({ values: ['fine'], completed: true });
  });
});
