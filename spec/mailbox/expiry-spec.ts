import { type Delivery, Mailbox, type MailboxOptions, actorId } from 'rx-broker';
import { NEVER } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { clockAt, expectConserved, setupStill as setup, virtually, watchFor } from '../broker/setup';

const a = actorId<any>('a');

/** A registered mailbox without a consumer. */
function registered(capacity: number, options: MailboxOptions = {}) {
  const { broker, letters } = setup();
  const mailbox = Mailbox.bounded<any>(capacity, options);
  broker.register(a, mailbox);
  const got: unknown[] = [];
  const lost = (): unknown[] => letters.map(({ message, reason }) => [message, reason]);
  return { broker, letters, mailbox, got, lost, receive: () => mailbox.receive((message) => void got.push(message)) };
}

describe('a message with a ttl', () => {
  it('has expired when more than that has passed, not before: by its mailbox (M3)', () => {
    virtually(({ at }) => {
      const { broker, lost, got, receive } = registered(5, { ttl: 10 });
      broker.trySend(a, 'old');
      at(1, () => broker.trySend(a, 'just in time'));
      at(11, () => {
        receive();
        expect(got).toEqual(['just in time']);
        expect(lost()).toEqual([['old', 'Expired']]);
      });
    });
  });

  it('uses its own ttl, not that of its mailbox: shorter, longer, none (M3)', () => {
    virtually(({ at }) => {
      const { broker, lost, got, receive } = registered(5, { ttl: 10 });
      for (const ttl of [5, 50, Infinity]) broker.trySend(a, ttl, { ttl });
      at(6, () => receive().unsubscribe());
      at(20, () => expect(lost()).toEqual([[5, 'Expired']]));
      at(21, () => expect(got).toEqual([50, Infinity]));
    });
  });

  it('of 0 expires as soon as time passes (M3)', () => {
    const { clock, scheduler } = clockAt(0);
    const { broker } = setup({ scheduler });
    const mailbox = Mailbox.bounded<any>(5, { ttl: 0 });
    broker.register(a, mailbox);
    const got: unknown[] = [];
    broker.trySend(a, 'at once');
    const seat = mailbox.receive((message) => void got.push(message));
    seat.unsubscribe();
    broker.trySend(a, 'late');
    clock.at = 1;
    mailbox.receive((message) => void got.push(message));
    expect(got).toEqual(['at once']);
    expect(broker.metrics().failedBy.Expired).toBe(1);
  });

  it.each(['fail', 'block', 'drop-oldest', 'drop-newest'] as const)('that is the only one queued expires when its turn comes, too: %s (M3)', (overflow) => {
    virtually(({ at }) => {
      const { broker, got, receive } = registered(1, { overflow });
      const seen = watchFor(broker.send(a, 'asked', { ttl: 5 }));
      at(6, () => {
        receive();
        expect(got).toEqual([]);
        expect(seen.error).toMatchObject({ code: 'Expired', started: false });
      });
    });
  });

  it('counts as accepted and lost', () => {
    virtually(({ at }) => {
      const { broker, mailbox, receive } = registered(5, { ttl: 10 });
      for (const n of [1, 2, 3]) broker.trySend(a, n);
      at(20, () => {
        receive();
        expect(mailbox.metrics()).toMatchObject({ accepted: 3, lost: 3, delivered: 0, size: 0 });
      });
    });
  });
});

describe('a full mailbox', () => {
  it.each(['low', 'normal', 'high', 'critical'] as const)('drops an expired message to make room, at the head of %s (M3)', (priority) => {
    virtually(({ at }) => {
      const { broker, mailbox, lost } = registered(2, { ttl: 10 });
      for (const n of [1, 2]) broker.trySend(a, n, { priority });
      at(10, () => expect(broker.trySend(a, 'too early').ok).toBe(false));
      at(11, () => {
        expect(broker.trySend(a, 'newcomer').ok).toBe(true);
        expect(lost()).toEqual([['too early', 'MailboxFull'], [1, 'Expired'], [2, 'Expired']]);
        expect(mailbox.metrics()).toMatchObject({ size: 1, lost: 3, accepted: 3 });
      });
    });
  });

  it('does not look behind a head that has not expired (M3)', () => {
    virtually(({ at }) => {
      const { broker, lost } = registered(2);
      broker.trySend(a, 'lives');
      broker.trySend(a, 'is behind it', { ttl: 5 });
      at(10, () => {
        expect(broker.trySend(a, 'newcomer')).toMatchObject({ code: 'MailboxFull' });
        expect(lost()).toEqual([['newcomer', 'MailboxFull']]);
      });
    });
  });

  it('looks only when it needs room: until then an expired message holds its place (M3)', () => {
    virtually(({ at }) => {
      const { broker, mailbox } = registered(3, { ttl: 5 });
      broker.trySend(a, 'expires');
      at(10, () => {
        broker.trySend(a, 'newcomer');
        expect(mailbox.metrics()).toMatchObject({ size: 2, lost: 0 });
      });
    });
  });

  it('tells the losses before it tells that the newcomer is queued (M3, D0)', () => {
    virtually(({ at }) => {
      const { broker } = registered(2, { ttl: 5 });
      for (const n of [1, 2]) broker.trySend(a, n);
      const events: unknown[] = [];
      broker.events$.subscribe((event) => 'message' in event && events.push([event.kind, event.message]));
      at(10, () => {
        broker.trySend(a, 3);
        expect(events).toEqual([['sent', 3], ['failed', 1], ['failed', 2], ['queued', 3]]);
      });
    });
  });

  it('has room for the first that waits before the newcomer, also where that one has expired as well (M3, M2)', () => {
    virtually(({ at }) => {
      const { broker, lost } = registered(1, { overflow: 'block', maxWaiting: 2 });
      broker.trySend(a, 'first', { ttl: 5 });
      const old = watchFor(broker.send(a, 'old', { ttl: 5 }));
      broker.send(a, 'waits').subscribe({ error: () => {} });
      at(10, () => {
        expect(broker.trySend(a, 'newcomer')).toMatchObject({ code: 'MailboxFull' });
        expect(lost()).toEqual([['first', 'Expired'], ['old', 'Expired'], ['newcomer', 'MailboxFull']]);
        expect(old.error).toMatchObject({ code: 'Expired', started: false });
        expect(broker.metrics()).toMatchObject({ pending: 1, openRequests: 1 });
      });
    });
  });

  it('takes the newcomer in place of one that waited and has expired as well, of a lower priority (M3, M2)', () => {
    virtually(({ at }) => {
      const { broker, lost } = registered(1, { overflow: 'block', ttl: 5 });
      broker.trySend(a, 'first', { priority: 'high' });
      watchFor(broker.send(a, 'old', { priority: 'low' }));
      at(10, () => {
        expect(broker.trySend(a, 'newcomer')).toEqual({ ok: true });
        expect(lost()).toEqual([['first', 'Expired'], ['old', 'Expired']]);
      });
    });
  });

  it('that is closed refuses newcomers without making room for them (M6)', () => {
    virtually(({ at }) => {
      const { broker, mailbox } = registered(2, { ttl: 10 });
      for (const n of [1, 2]) broker.trySend(a, n);
      mailbox.close();
      at(20, () => {
        expect(broker.trySend(a, 'newcomer')).toMatchObject({ code: 'ActorStopped' });
        expect(mailbox.metrics()).toMatchObject({ size: 2, lost: 1 });
      });
    });
  });

  it('has taken the newcomer in when a caller is told that it has expired: what that one does comes after it (M3, D0)', () => {
    virtually(({ at }) => {
      const { broker, lost } = registered(1, { ttl: 10 });
      broker.send(a, 'expires').subscribe({ error: () => broker.unregister(a) });
      at(11, () => {
        expect(broker.trySend(a, 'newcomer')).toEqual({ ok: true });
        expect(lost()).toEqual([['expires', 'Expired'], ['newcomer', 'ActorNotFound']]);
        expect(broker.metrics()).toMatchObject({ pending: 0, totalSent: 2, totalFailed: 2 });
        expectConserved(broker.metrics());
      });
    });
  });

  it('keeps the credits of its priorities, however much has expired (M3)', () => {
    virtually(({ at }) => {
      const { broker, mailbox } = registered(2);
      const open: Delivery[] = [];
      mailbox.deliveries$.subscribe((delivery) => void open.push(delivery));
      const goOn = (): void => open.at(-1)?.reply();
      for (const message of ['runs', 'normal 1']) broker.trySend(a, message);
      goOn();
      broker.trySend(a, 'expires', { ttl: 5 });
      broker.trySend(a, 'low', { priority: 'low' });
      at(10, () => {
        expect(broker.trySend(a, 'normal 2').ok).toBe(true);
        for (let i = 0; i < 3; i++) goOn();
        expect(open.map(({ message }) => message as unknown)).toEqual(['runs', 'normal 1', 'normal 2', 'low']);
      });
    });
  });
});

describe('an idle actor', () => {
  it('gets a message with a ttl of 0, though another actor is busy (M3, R3)', () => {
    virtually(() => {
      const { broker } = setup();
      const seen: unknown[] = [];
      const [idle, sender] = [actorId<any>('idle'), actorId<any>('sender')];
      broker.spawn(a, () => NEVER);
      broker.spawn(idle, (message) => void seen.push(message), { ttl: 0 });
      broker.spawn(sender, (message, context) => void context.trySend(idle, message));
      broker.tryBroadcast('broadcast', (id) => id !== sender);
      broker.trySend(sender, 'sent in a turn');
      broker.broadcastFilter('asked', (id) => id === idle, { ttl: 0 }).subscribe();
      expect(seen).toEqual(['broadcast', 'sent in a turn', 'asked']);
    });
  });
});
