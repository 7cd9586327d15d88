import { type MailboxOptions, type SendError, Mailbox, actorId } from 'rx-broker';
import { NEVER } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setup, virtually, watchFor } from '../broker/setup';

const a = actorId<any>('a');

describe('a full mailbox', () => {
  /** One message runs for ever; the others wait behind it. */
  function busy(capacity: number, options: MailboxOptions = {}) {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(capacity, options);
    broker.register(a, mailbox);
    mailbox.receive(() => NEVER);
    broker.trySend(a, 'runs');
    return { broker, mailbox };
  }

  it.each(['low', 'normal', 'high', 'critical'] as const)('makes room by what expired of priority %s (M2, ttl)', (priority) => {
    virtually(({ at }) => {
      const { broker, mailbox } = busy(2, { ttl: 10 });
      for (const n of [1, 2]) broker.trySend(a, n, { priority });
      at(9, () => expect(broker.trySend(a, 'early').ok).toBe(false));
      at(10, () => {
        expect(broker.trySend(a, 'newcomer').ok).toBe(true);
        expect(mailbox.metrics()).toMatchObject({ size: 1, lost: 3 });
      });
    });
  });

  it('finds a ttl of 0 behind a head that lives (M2, ttl)', () => {
    virtually(() => {
      const { broker } = busy(2);
      broker.trySend(a, 'lives');
      broker.trySend(a, 'expires', { ttl: 0 });
      expect(broker.trySend(a, 'newcomer').ok).toBe(true);
    });
  });

  it('looks again where one that waited has come in and is too old as well (M2, ttl)', () => {
    virtually(({ at }) => {
      const { broker } = busy(2, { overflow: 'block', maxWaiting: Infinity });
      broker.trySend(a, 'lives');
      const old = [1, 2, 3].map((n) => watchFor(broker.send(a, n, { ttl: 5 })));
      at(10, () => {
        expect(broker.trySend(a, 'newcomer').ok).toBe(true);
        expect(old.map(({ error }) => (error as { code: string }).code)).toEqual(['Expired', 'Expired', 'Expired']);
      });
    });
  });

  it('is left alone by the search where someone who is told ends its actor (R2, ttl)', () => {
    virtually(({ at }) => {
      const { broker } = busy(3);
      broker.trySend(a, 'lives');
      const second: unknown[] = [];
      broker.send(a, 1, { ttl: 5 }).subscribe({
        error: () => {
          broker.unregister(a);
        },
      });
      broker.send(a, 2, { ttl: 5 }).subscribe({ error: (error: unknown) => second.push((error as SendError).code) });
      at(10, () => {
        expect(broker.trySend(a, 'newcomer')).toMatchObject({ ok: false, code: 'ActorNotFound' });
        expect(second).toEqual(['ActorNotFound']);
        expect(broker.metrics()).toMatchObject({ pending: 0, inFlight: 0 });
      });
    });
  });
});
