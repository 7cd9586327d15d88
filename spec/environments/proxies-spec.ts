import { DeadLetterQueue, InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { BrokerTestProbe } from 'rx-broker/testing';
import { firstValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { virtually } from '../broker/setup';

const [id, other] = [actorId<any>('actor'), actorId<any>('other')];

/** How users wrap what they hold: a proxy that passes everything on, and an object that is derived from it. */
const wrappings: [string, <T extends object>(object: T) => T][] = [
  ['a Proxy', (object) => new Proxy(object, {})],
  ['a derived object', <T extends object>(object: T) => Object.create(object) as T],
];

describe.each(wrappings)('through %s', (_, wrap) => {
  it('a broker does all that it does (FIELD 8)', async () => {
    const queue = wrap(new DeadLetterQueue());
    const broker = wrap(wrap(new InMemoryMessageBroker({ logDeadLetters: false })).withDeadLetterQueue(queue));
    const mailbox = wrap(Mailbox.bounded<any>(5));
    const registration = wrap(broker.register(other, mailbox));
    const ended = firstValueFrom(broker.watch(id).pipe(toArray()));
    await registration.ready;
    broker.spawn(id, (n: number) => n + 1, { topics: ['topic'] });
    broker.bind('topic', other).unsubscribe();
    expect(await firstValueFrom(broker.send(id, 1))).toBe(2);
    expect(await firstValueFrom(broker.sendWithPriority(id, 1, 'high'))).toBe(2);
    expect(await firstValueFrom(broker.sendWithRouting({ topic: 'topic' }, 1))).toBe(2);
    expect(broker.trySend(id, 1)).toEqual({ ok: true });
    expect(broker.ref(id).trySend(1)).toEqual({ ok: true });
    expect(broker.tryBroadcast(1, (target) => target === id)).toBe(1);
    expect(await firstValueFrom(broker.broadcastFilter(1, (target) => target === id))).toMatchObject({ ok: true, value: 2 });
    expect(broker.publish('topic', 1, { retain: true })).toBe(1);
    expect([broker.retained('topic'), await firstValueFrom(broker.topic$('topic'))]).toEqual([1, 1]);
    expect([broker.isRegistered(id), broker.registeredCount(), broker.actorIds()]).toEqual([true, 2, [other, id]]);
    expect([registration.id, registration.closed]).toEqual([other, false]);
    registration.unsubscribe();
    expect(registration.closed).toBe(true);
    const refused = wrap(broker.trySend(other, 1));
    expect(refused).toMatchObject({ ok: false, code: 'ActorNotFound' });
    expect([queue.size, queue.letters()[0]?.target]).toEqual([1, other]);
    expect(await firstValueFrom(queue.redeliver())).toMatchObject({ ok: false, code: 'ActorNotFound' });
    expect(await firstValueFrom(broker.metrics$)).toMatchObject({ registeredActors: 1, totalDeadLettered: 2 });
    await broker.close();
    await ended;
  });

  it('a mailbox does all that it does (FIELD 8)', () => {
    // In virtual time, since a drain on a busy machine gives way (rule D4).
    virtually(() => {
      const mailbox = wrap(Mailbox.bounded<number>(2));
      const [pressures, got, losses]: [number[], number[], number[]] = [[], [], []];
      mailbox.pressure$.subscribe((pressure) => pressures.push(pressure));
      mailbox.losses$.subscribe(({ message }) => losses.push(message));
      for (const n of [1, 2, 3]) mailbox.next(n);
      expect([mailbox.size, mailbox.isFull, mailbox.metrics().lost]).toEqual([2, true, 1]);
      mailbox.receive((n) => void got.push(n)).unsubscribe();
      mailbox.deliveries$.subscribe(({ message, reply }) => (got.push(message), reply)).unsubscribe();
      mailbox.close();
      expect([got, losses, pressures, mailbox.isClosed]).toEqual([[1, 2], [3], [0, 0.5, 1, 0.5, 0], true]);
    });
  });

  it('a probe sees all that it sees (FIELD 8)', () => {
    const broker = wrap(new InMemoryMessageBroker({ logDeadLetters: false }));
    const probe = wrap(new BrokerTestProbe(broker));
    broker.spawn(id, () => {});
    broker.tryBroadcast('hello');
    broker.trySend(other, 1);
    expect([probe.assertSent(id, 1), probe.assertBroadcast(1), probe.messagesTo(id), probe.deadLetters().length]).toEqual([true, true, ['hello'], 1]);
    probe.unsubscribe();
  });
});
