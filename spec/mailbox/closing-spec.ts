import { type BrokerEvent, type Delivery, InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { NEVER, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setupStill as setup, watchFor } from '../broker/setup';

const a = actorId<any>('a');

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

describe('a closed mailbox', () => {
  it.each([['idle', false], ['busy', true]])('refuses newcomers in every way, also where nobody observes anything: %s (M6)', (_, isBusy) => {
    const broker = new InMemoryMessageBroker({ logDeadLetters: false });
    const mailbox = Mailbox.bounded<any>(5, { concurrency: 2 });
    const got: unknown[] = [];
    mailbox.receive((message) => {
      got.push(message);
      return NEVER;
    });
    broker.register(a, mailbox);
    if (isBusy) broker.trySend(a, 'first');
    mailbox.close();
    mailbox.next('next');
    expect(broker.trySend(a, 'told')).toMatchObject({ ok: false, code: 'ActorStopped' });
    expect(broker.tryBroadcast('all')).toBe(0);
    expect(watchFor(broker.send(a, 'asked')).error).toMatchObject({ code: 'ActorStopped' });
    expect(got).toEqual(isBusy ? ['first'] : []);
  });
});

describe('the end of a mailbox', () => {
  it('is an event, once, with the actor and nothing else if it was closed (M6)', () => {
    const { mailbox, closings } = observed();
    mailbox.close();
    mailbox.complete();
    mailbox.error('late');
    expect(closings).toEqual([{ kind: 'closed', id: a, at: expect.any(Number) as number }]);
  });

  it('is an event with the error, if there was one (M6)', () => {
    const { mailbox, closings } = observed();
    mailbox.error('upstream');
    expect(closings).toEqual([{ kind: 'closed', id: a, error: 'upstream', at: expect.any(Number) as number }]);
  });

  it('is an event with the error, whatever that is (M6)', () => {
    const { mailbox, closings } = observed();
    mailbox.error('closed');
    expect(closings).toMatchObject([{ error: 'closed' }]);
  });

  it('is no event of a broker that it has left (R2)', () => {
    const { broker, mailbox, closings } = observed();
    broker.unregister(a);
    mailbox.close();
    expect(closings).toEqual([]);
  });

  it('is no event either if its own turn has unregistered it before (R2, S3)', () => {
    const { broker, mailbox, closings } = observed();
    mailbox.receive(() => {
      broker.unregister(a);
      mailbox.close();
    });
    broker.trySend(a, 0);
    expect([mailbox.isClosed, closings]).toEqual([true, []]);
  });

  it('comes after the turn on the stack, also where that settles the last other one (M6)', () => {
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

  it('stops its actor once, with the reason of the first close (M9)', () => {
    const { broker, mailbox } = observed();
    const reasons: unknown[] = [];
    mailbox.receive({ receive: () => {}, onStop: (reason) => void reasons.push(reason) });
    mailbox.error('upstream');
    mailbox.close();
    broker.unregister(a);
    expect(reasons).toEqual(['upstream']);
  });
});

describe('a closed mailbox', () => {
  it('refuses newcomers, also while there is room for them (M6)', () => {
    const { broker, mailbox } = observed();
    mailbox.receive(() => NEVER);
    for (const message of ['runs', 'is queued']) broker.trySend(a, message);
    mailbox.close();
    expect(broker.trySend(a, 'newcomer')).toMatchObject({ ok: false, code: 'ActorStopped' });
    expect(mailbox.metrics()).toMatchObject({ size: 1, accepted: 2, lost: 1 });
  });

  it('as an Observer is closed by complete and error; what is queued drains first, then its streams complete (M6)', () => {
    for (const end of [(mailbox: Mailbox) => mailbox.complete(), (mailbox: Mailbox) => mailbox.error(new Error('upstream'))]) {
      const mailbox = Mailbox.bounded<number>(5);
      const losses = watchFor(mailbox.losses$);
      const pressure = watchFor(mailbox.pressure$);
      mailbox.next(1);
      end(mailbox);
      mailbox.next(2);
      expect(mailbox.isClosed).toBe(true);
      expect(losses).toMatchObject({ values: [{ message: 2, code: 'ActorStopped' }], completed: false });
      const got: number[] = [];
      mailbox.receive((n) => void got.push(n));
      expect(got).toEqual([1]);
      expect(losses.completed).toBe(true);
      expect(pressure).toMatchObject({ values: [0, 0.2, 0], completed: true });
    }
  });

  it.each<[string, (mailbox: Mailbox) => void]>([
    ['its last turn settles', (mailbox) => {
      const reply = new Subject<void>();
      mailbox.receive(() => reply);
      mailbox.next(1);
      mailbox.close();
      reply.complete();
    }],
    ['the turn returns that closed it', (mailbox) => {
      mailbox.receive(() => mailbox.close());
      mailbox.next(1);
    }],
    ['the turn throws that closed it', (mailbox) => {
      mailbox.receive(() => {
        mailbox.close();
        throw new Error('no');
      });
      mailbox.next(1);
    }],
    ['the last queued message runs that closes it', (mailbox) => {
      mailbox.next(1);
      mailbox.receive(() => mailbox.close());
    }],
  ])('has ended when %s, alone and registered (M6)', (_, run) => {
    for (const mailbox of [Mailbox.bounded<any>(5), observed().mailbox]) {
      const losses = watchFor(mailbox.losses$);
      run(mailbox);
      expect(losses.completed).toBe(true);
    }
  });

  it('without a consumer has ended when its last message is cancelled, or its actor unregistered (M6)', () => {
    for (const end of ['cancel', 'unregister']) {
      const { broker, mailbox } = observed();
      const losses = watchFor(mailbox.losses$);
      const asked = broker.send(a, 1).subscribe({ error: () => {} });
      mailbox.close();
      expect(losses.completed).toBe(false);
      if (end === 'cancel') asked.unsubscribe();
      else broker.unregister(a);
      expect(losses.completed).toBe(true);
    }
  });

  it('tells the end of its last message, then onStop, then the completion of its streams (M6, D0)', () => {
    for (const end of ['settle', 'unregister']) {
      const { broker, mailbox } = observed();
      const steps: string[] = [];
      const reply = new Subject<void>();
      mailbox.receive({ receive: () => reply, onStop: () => void steps.push('onStop') });
      broker.send(a, 1).subscribe({ error: () => steps.push('caller'), complete: () => steps.push('caller') });
      mailbox.losses$.subscribe({ complete: () => steps.push('streams') });
      mailbox.close();
      broker.events$.subscribe(({ kind }) => kind === 'settled' && steps.push(kind));
      if (end === 'settle') reply.complete();
      else broker.unregister(a);
      expect(steps).toEqual(['settled', 'caller', 'onStop', 'streams']);
    }
  });

  it.each<[string, (broker: InMemoryMessageBroker) => unknown]>([
    ['trySend', (broker) => broker.trySend(a, 'last')],
    ['offer', (broker) => broker.offer(a, 'last').subscribe()],
    ['send', (broker) => broker.send(a, 'last').subscribe()],
  ])('completes its streams before it tells that it is idle, whatever its last message: %s (M6, D0)', (_, send) => {
    const broker = new InMemoryMessageBroker({ logDeadLetters: false });
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(a, mailbox);
    send(broker);
    const steps: unknown[] = [];
    mailbox.losses$.subscribe({ complete: () => steps.push('streams') });
    mailbox.idle$.subscribe({ next: (isIdle) => steps.push(isIdle), complete: () => steps.push('idle$') });
    mailbox.close();
    mailbox.receive(() => 'reply');
    expect(steps).toEqual([false, 'streams', true, 'idle$']);
  });

  it('has streams that complete at once for a later observer (M6)', () => {
    const mailbox = Mailbox.bounded<number>(2);
    for (const stream of [mailbox.losses$, mailbox.pressure$]) watchFor(stream);
    mailbox.close();
    expect(watchFor(mailbox.losses$)).toMatchObject({ values: [], completed: true });
    expect(watchFor(mailbox.pressure$)).toMatchObject({ values: [0], completed: true });
    expect(watchFor(mailbox.deliveries$)).toMatchObject({ values: [], completed: true });
  });
});
