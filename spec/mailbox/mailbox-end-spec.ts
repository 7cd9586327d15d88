import { type BrokerEvent, type Delivery, type InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setup, virtually, watchFor } from '../broker/setup';

const a = actorId<any>('a');

describe('the end of a mailbox', () => {
  function observed(): { broker: InMemoryMessageBroker; mailbox: Mailbox; closings: BrokerEvent[] } {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    const closings: BrokerEvent[] = [];
    broker.register(a, mailbox);
    broker.events$.subscribe((event) => {
      if (event.kind === 'closed') closings.push(event);
    });
    return { broker, mailbox, closings };
  }

  it('is an event, once, with the actor and nothing else where it was closed (M6)', () => {
    const { mailbox, closings } = observed();
    mailbox.close();
    mailbox.complete();
    mailbox.error('late');
    expect(closings).toEqual([{ kind: 'closed', id: a, at: expect.any(Number) as number }]);
  });

  it('is an event with the error where there was one (M6)', () => {
    const { mailbox, closings } = observed();
    mailbox.error('upstream');
    expect(closings).toEqual([{ kind: 'closed', id: a, error: 'upstream', at: expect.any(Number) as number }]);
  });

  it('is no event of a broker that it has left (R2)', () => {
    const { broker, mailbox, closings } = observed();
    broker.unregister(a);
    mailbox.close();
    expect(closings).toEqual([]);
  });

  it('comes after the turn on the stack, also where that turn settles the last other one', () => {
    const mailbox = Mailbox.bounded<string>(5, { concurrency: 2 });
    const losses = watchFor(mailbox.losses$);
    const out: Delivery<string>[] = [];
    const ended: boolean[] = [];
    mailbox.deliveries$.subscribe((delivery) => {
      out.push(delivery);
      if (delivery.message !== 'second') return;
      mailbox.close();
      out[0]?.complete();
      ended.push(losses.completed);
    });
    mailbox.next('first');
    mailbox.next('second');
    ended.push(losses.completed);
    out[1]?.complete();
    ended.push(losses.completed);
    expect(ended).toEqual([false, false, true]);
  });

  it('comes after the turn on the stack, also where nothing else is open any more', () => {
    const mailbox = Mailbox.bounded<string>(5, { concurrency: 2 });
    const losses = watchFor(mailbox.losses$);
    const first = new Subject<void>();
    const ended: boolean[] = [];
    mailbox.receive((text) => {
      if (text === 'first') return first;
      mailbox.close();
      first.complete();
      ended.push(losses.completed);
      return undefined;
    });
    mailbox.next('first');
    mailbox.next('second');
    ended.push(losses.completed);
    expect(ended).toEqual([false, true]);
  });

  it('stops its actor once, with the reason it was closed for first', () => {
    const { broker, mailbox } = observed();
    const reasons: unknown[] = [];
    mailbox.receive({ receive: () => {}, onStop: (reason) => reasons.push(reason) });
    mailbox.error('upstream');
    mailbox.close();
    broker.unregister(a);
    expect(reasons).toEqual(['upstream']);
  });
});

describe('a mailbox that is unregistered', () => {
  it('has taken in what it loses (R2)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(a, mailbox);
    for (const n of [1, 2, 3]) broker.trySend(a, n);
    broker.unregister(a);
    expect(mailbox.metrics()).toMatchObject({ accepted: 3, lost: 3, delivered: 0, size: 0, highWaterMark: 3 });
  });

  it('fails those who wait for a place, too, and leaves none of them behind (R2, M2)', () => {
    const { broker, letters } = setup();
    const mailbox = Mailbox.bounded<any>(1, { overflow: 'block', maxWaiting: 2 });
    broker.register(a, mailbox);
    const asked = [1, 2, 3].map((n) => watchFor(broker.send(a, n)));
    broker.unregister(a);
    expect(asked.map(({ error }) => error)).toMatchObject(Array.from({ length: 3 }, () => ({ code: 'ActorNotFound', started: false })));
    expect(letters).toHaveLength(3);
    expect(broker.metrics()).toMatchObject({ pending: 0, openRequests: 0, failedBy: { ActorNotFound: 3 } });
    broker.register(a, mailbox);
    expect(broker.metrics()).toMatchObject({ pending: 0 });
    const got: unknown[] = [];
    mailbox.receive((message: unknown) => void got.push(message));
    broker.trySend(a, 4);
    expect(got).toEqual([4]);
  });

  it('leaves nothing to cancel to those who are told of a loss (R2, S3)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(a, mailbox);
    broker.send(a, 1).subscribe({ error: () => second.unsubscribe() });
    const second = broker.send(a, 2).subscribe();
    broker.unregister(a);
    expect(broker.metrics()).toMatchObject({ pending: 0, totalFailed: 2, failedBy: { ActorNotFound: 2, Cancelled: 0 } });
    mailbox.next('later');
    expect(mailbox.size).toBe(1);
  });

  it('brings no turn along that only keeps its seat (M4)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(a, mailbox);
    mailbox.receive(() => new Promise(() => {}));
    broker.trySend(a, 1);
    broker.unregister(a);
    broker.register(a, mailbox);
    broker.trySend(a, 2);
    expect(broker.metrics()).toMatchObject({ inFlight: 0, pending: 1, totalAborted: 1 });
  });

  it('brings no such turn along from where it was alone (M4)', () => {
    virtually(({ at }) => {
      const { broker } = setup();
      const mailbox = Mailbox.bounded<any>(5, { turnTimeout: 10 });
      mailbox.receive(() => new Promise(() => {}));
      mailbox.next(1);
      at(20, () => {
        broker.register(a, mailbox);
        expect(broker.metrics()).toMatchObject({ inFlight: 0, pending: 0 });
      });
    });
  });

  it('brings along what runs and what waits in it (M6)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    mailbox.receive(() => new Promise(() => {}));
    for (const n of [1, 2, 3]) mailbox.next(n);
    broker.register(a, mailbox);
    expect(broker.metrics()).toMatchObject({ totalSent: 3, totalDelivered: 1, inFlight: 1, pending: 2 });
  });
});
