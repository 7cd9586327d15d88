import { type ActorContext, InMemoryMessageBroker, Mailbox, actorId, message, protocol } from 'rx-broker';
import { describe, expect, it } from 'vitest';
import { OVER } from '../../src/mailbox/state/turn-state';
import type { Turn } from '../../src/mailbox/turn/turn';
import { deferred, setup, virtually, watchFor } from '../broker/setup';

const a = actorId<any>('a');
const b = actorId<any>('b');

describe('a protocol’s handlers', () => {
  const Odd = protocol('odd', { toString: message(), known: message() });

  it('are its own: what every object has is none of them', () => {
    const { broker } = setup();
    broker.spawn(a, Odd, { known: () => {} } as never);
    expect(watchFor(broker.send(a, { type: 'odd.toString' })).error).toMatchObject({ code: 'Unhandled', started: false });
  });

  it('need not be all there are', () => {
    const { broker } = setup();
    broker.spawn(a, Odd, {} as never);
    expect(watchFor(broker.send(a, { type: 'odd.known' })).error).toMatchObject({ code: 'Unhandled' });
  });

  it('may inherit nothing at all', () => {
    const { broker } = setup();
    broker.spawn(a, Odd, Object.assign(Object.create(null), { known: () => {} }) as never);
    expect(watchFor(broker.send(a, { type: 'odd.toString' })).error).toMatchObject({ code: 'Unhandled' });
  });

  it('say which type they lack', () => {
    const { broker } = setup();
    broker.spawn(a, Odd, { known: () => {} } as never);
    expect(watchFor(broker.send(a, { type: 'other' })).error).toMatchObject({ message: expect.stringContaining("no handler for type 'other'") as string });
    expect(watchFor(broker.send(a, null)).error).toMatchObject({ message: expect.stringContaining('no handler for type undefined') as string });
  });
});

describe('the life of an actor', () => {
  it('begins with a context that is of the time it began at, and of no turn (D4, O6)', () => {
    virtually(({ at }) => {
      const { broker } = setup();
      let context: ActorContext | undefined;
      broker.spawn(a, { receive: () => {}, onStart: (own) => (context = own) });
      at(50, () => {
        expect(context?.envelope).toMatchObject({ sentAt: 0, priority: 'normal' });
        expect((context as Turn | undefined)?.state).toBe(OVER);
      });
    });
  });

  it('begins once, also where its mailbox is registered later', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    let starts = 0;
    mailbox.receive({ receive: () => {}, onStart: () => void starts++ });
    mailbox.next(0);
    broker.register(a, mailbox);
    broker.trySend(a, 0);
    expect(starts).toBe(1);
  });

  it('may do without onStart and onStop, and without being an object at all: nothing is logged', () => {
    const lines: string[] = [];
    const broker = new InMemoryMessageBroker({ logger: (line) => lines.push(line) });
    for (const actor of [() => {}, { receive: () => {} }]) {
      broker.spawn(a, actor);
      broker.trySend(a, 0);
      broker.unregister(a);
    }
    expect(lines).toEqual([]);
  });

  it('begins with onStart on no turn’s stack: what comes after runs at once (D1)', () => {
    const { broker } = setup();
    const got: unknown[] = [];
    broker.spawn(b, (one) => {
      got.push(one);
      if (one === 'first') broker.trySend(b, 'is queued');
    });
    broker.trySend(b, 'first');
    broker.spawn(a, { receive: () => {}, onStart: () => {} });
    broker.trySend(b, 'after');
    expect(got).toEqual(['first', 'is queued', 'after']);
  });

  it('ends with onStop on no turn’s stack: what comes after runs at once (D1)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    const got: unknown[] = [];
    broker.register(a, mailbox);
    broker.spawn(b, (one) => void got.push(one));
    mailbox.receive({ receive: () => {}, onStop: () => void broker.trySend(b, 'from onStop') });
    mailbox.close();
    expect(got).toEqual(['from onStop']);
    broker.trySend(b, 'later');
    expect(got).toEqual(['from onStop', 'later']);
  });

  it('is not that of a stream of deliveries: one that leaves fails its own turns only (M6)', async () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5, { concurrency: 2 });
    const reply = deferred();
    broker.register(a, mailbox);
    const first = mailbox.receive(() => reply.promise);
    const answered = watchFor(broker.send(a, 'for the handler'));
    first.unsubscribe();
    const deliveries = mailbox.deliveries$.subscribe();
    const failed = watchFor(broker.send(a, 'for the stream'));
    deliveries.unsubscribe();
    expect(failed.error).toMatchObject({ code: 'Unhandled', started: true });
    reply.resolve('fine');
    await reply.promise;
    expect(answered).toMatchObject({ values: ['fine'], completed: true });
  });
});
