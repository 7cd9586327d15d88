import { type ActorContext, type Delivery, InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { NEVER, Subscriber, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setup, virtually, watchFor } from './setup';

const a = actorId<any>('a');
const b = actorId<any>('b');

describe('the options of a broker', () => {
  it.each([
    [{ name: '' }, /^name must be a non-empty string, got ''$/],
    [{ name: 5 }, /^name must be a non-empty string, got 5$/],
    [{ router: null }, /^router must have route\(key, targets, message\), got null$/],
    [{ router: {} }, /^router must have route\(key, targets, message\), got an object$/],
    [{ scheduler: {} }, /^scheduler must be /],
    [{ dispatcher: {} }, /^dispatcher must be /],
    [{ mailbox: 5 }, /^mailbox must be an object, got 5$/],
    [{ freezeMessages: 1 }, /^freezeMessages must be true or false, got 1$/],
  ])('are named where they are bad: %j', (options, text) => {
    expect(() => new InMemoryMessageBroker(options as never)).toThrow(text);
  });

  it('may be a capacity that nobody fills', () => {
    const broker = InMemoryMessageBroker.withCapacity(10);
    broker.spawn(a, () => 'a');
    expect(watchFor(broker.broadcast(0)).values).toMatchObject([{ actorId: a, value: 'a' }]);
    expect(broker.tryBroadcast(0)).toBe(1);
  });

  it('freeze what is sent, by every way (freezeMessages)', () => {
    const { broker } = setup({ freezeMessages: true });
    broker.spawn(a, () => {}, { topics: ['t'] });
    const messages = Array.from({ length: 6 }, () => ({ inner: {} }));
    broker.trySend(a, messages[0]);
    broker.send(a, messages[1]).subscribe();
    broker.tryBroadcast(messages[2]);
    broker.broadcast(messages[3]).subscribe();
    broker.publish('t', messages[4]);
    broker.sendWithRouting({ topic: 't' }, messages[5]).subscribe();
    expect(messages.filter(({ inner }) => !Object.isFrozen(inner))).toEqual([]);
  });
});

describe('an ask with options', () => {
  it('has those that it has, and no others (ttl, headers)', () => {
    virtually(({ at }) => {
      const { broker } = setup();
      const headers: unknown[] = [];
      const mailbox = Mailbox.bounded<any>(5, { ttl: 10 });
      broker.register(a, mailbox);
      const old = watchFor(broker.send(a, 0, { headers: { h: '1' } }));
      const young = watchFor(broker.send(a, 1, { ttl: 50 }));
      at(20, () => {
        mailbox.receive((_message, { envelope }: ActorContext) => void headers.push(envelope.headers));
        expect(old.error).toMatchObject({ code: 'Expired' });
        expect(young.completed).toBe(true);
        expect(headers).toEqual([{}]);
      });
    });
  });

  it('sends nothing for a subscriber that is gone already (S1)', () => {
    const { broker } = setup();
    const gone = new Subscriber<unknown>();
    gone.unsubscribe();
    broker.spawn(a, () => {});
    broker.send(a, 0, { headers: {} }).subscribe(gone);
    expect(broker.metrics().totalSent).toBe(0);
  });
});

describe('a broadcast with options', () => {
  it('has them at idle actors, too', () => {
    const { broker } = setup();
    const seen: unknown[] = [];
    broker.spawn(a, (_message, { envelope: { headers, priority } }: ActorContext) => void seen.push([headers, priority]));
    broker.broadcast(0, { headers: { h: '1' }, priority: 'high' }).subscribe();
    expect(seen).toEqual([[{ h: '1' }, 'high']]);
  });

  it('hands on one result after the other, also where one brings the next about (R3, D2)', () => {
    const { broker } = setup();
    const out: Delivery[] = [];
    for (const id of [a, b]) {
      const mailbox = Mailbox.bounded<any>(5);
      broker.register(id, mailbox);
      mailbox.deliveries$.subscribe((delivery) => out.push(delivery));
    }
    const steps: string[] = [];
    broker.broadcast(0, { order: 'settled' }).subscribe({
      next: ({ actorId: id }) => {
        steps.push(`${id} begins`);
        out[1]?.reply('b');
        steps.push(`${id} ends`);
      },
      complete: () => steps.push('complete'),
    });
    out[0]?.reply('a');
    expect(steps).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'complete']);
  });
});

describe('the routing latency', () => {
  it('is a mean of what was measured, however it was sent (O5)', () => {
    const { broker } = setup();
    broker.spawn(a, () => NEVER, { capacity: 1_000, concurrency: 1_000 });
    for (let i = 0; i < 100; i++) {
      broker.send(a, 0, { headers: {} }).subscribe();
      broker.trySend(a, 0, { headers: {} });
      broker.broadcast(0, { headers: {} }).subscribe();
    }
    expect(broker.metrics().avgRoutingLatencyNs).toBeGreaterThan(0);
    expect(broker.metrics().avgRoutingLatencyNs).toBeLessThan(5e7);
  });
});

describe('close', () => {
  it.each([
    ['for as long as it takes', { timeout: Infinity }, 0],
    ['for 10 ms', { timeout: 10 }, 1],
    ['not at all', { drain: false }, 0],
  ])('waits %s (§7)', (_, options, timers) => {
    const scheduler = new VirtualTimeScheduler();
    const { broker } = setup({ scheduler });
    broker.spawn(a, () => NEVER);
    broker.trySend(a, 0);
    void broker.close(options);
    expect(scheduler.actions.filter(({ closed }) => !closed)).toHaveLength(timers);
    expect(broker.isRegistered(a)).toBe(!('drain' in options));
  });
});
