import { type BrokerEvent, type FailureCode, type InMemoryMessageBroker, Mailbox, SendError, actorId, message, protocol } from 'rx-broker';
import { NEVER } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { expectConserved, setupStill as setup, virtually, watchFor } from './setup';

const id = actorId<any>('actor');

/** What the table of DESIGN §2 says of one outcome. */
interface Row {
  readonly code: FailureCode;
  /** Before a handler saw it, or after. */
  readonly started: boolean;
  /** Whether an asked one becomes a letter, too. */
  readonly askedLetter: boolean;
  run(broker: InMemoryMessageBroker, send: () => void, time: { at(ms: number, work: () => void): void; flush(): void }): void;
}

const full = (overflow: 'fail' | 'drop-newest'): Mailbox => Mailbox.bounded(1, { overflow });

const ROWS: Record<string, Row> = {
  'refused: unknown': { code: 'ActorNotFound', started: false, askedLetter: true, run: (_broker, send) => send() },
  'refused: stopped': {
    code: 'ActorStopped',
    started: false,
    askedLetter: true,
    run(broker, send) {
      const mailbox = Mailbox.bounded(1);
      broker.register(id, mailbox);
      mailbox.close();
      send();
    },
  },
  'refused: full': {
    code: 'MailboxFull',
    started: false,
    askedLetter: true,
    run(broker, send) {
      const mailbox = full('fail');
      mailbox.next('first');
      broker.register(id, mailbox);
      send();
    },
  },
  'refused: newcomer dropped': {
    code: 'Dropped',
    started: false,
    askedLetter: true,
    run(broker, send) {
      const mailbox = full('drop-newest');
      mailbox.next('first');
      broker.register(id, mailbox);
      send();
    },
  },
  evicted: {
    code: 'Dropped',
    started: false,
    askedLetter: true,
    run(broker, send) {
      broker.register(id, Mailbox.bounded(1, { overflow: 'drop-oldest' }));
      send();
      broker.trySend(id, 'newcomer');
    },
  },
  expired: {
    code: 'Expired',
    started: false,
    askedLetter: true,
    run(broker, send, { at, flush }) {
      const mailbox = Mailbox.bounded(5, { ttl: 10 });
      broker.register(id, mailbox);
      send();
      at(11, () => mailbox.receive(() => {}));
      flush();
    },
  },
  'unregistered while queued': {
    code: 'ActorNotFound',
    started: false,
    askedLetter: true,
    run(broker, send) {
      broker.register(id, Mailbox.bounded(5));
      send();
      broker.unregister(id);
    },
  },
  'broker closed while queued': {
    code: 'BrokerClosed',
    started: false,
    askedLetter: true,
    run(broker, send) {
      broker.register(id, Mailbox.bounded(5));
      send();
      void broker.close({ drain: false });
    },
  },
  'refused: broker closed': {
    code: 'BrokerClosed',
    started: false,
    askedLetter: true,
    run(broker, send) {
      broker.spawn(actorId('busy'), () => NEVER);
      broker.trySend(actorId('busy'), 0);
      broker.spawn(id, () => {});
      void broker.close();
      send();
    },
  },
  'over turnTimeout': {
    code: 'Timeout',
    started: true,
    askedLetter: false,
    run(broker, send, { flush }) {
      broker.spawn(id, () => NEVER, { turnTimeout: 10 });
      send();
      flush();
    },
  },
  'unregistered while running': {
    code: 'ActorNotFound',
    started: true,
    askedLetter: false,
    run(broker, send) {
      broker.spawn(id, () => NEVER);
      send();
      broker.unregister(id);
    },
  },
  'broker closed while running': {
    code: 'BrokerClosed',
    started: true,
    askedLetter: false,
    run(broker, send) {
      broker.spawn(id, () => NEVER);
      send();
      void broker.close({ drain: false });
    },
  },
};

describe('the outcome of a message', () => {
  for (const [outcome, { code, started, askedLetter, run }] of Object.entries(ROWS)) {
    it(`${outcome}, asked: ${code}`, () => {
      virtually((time) => {
        const { broker, letters } = setup();
        let seen!: ReturnType<typeof watchFor>;
        run(broker, () => (seen = watchFor(broker.send(id, 'it'))), time);
        expect(seen.error).toBeInstanceOf(SendError);
        expect(seen.error).toMatchObject({ code, started, actorId: 'actor' });
        const metrics = broker.metrics();
        expectConserved(metrics);
        if (started) expect(metrics.totalAborted).toBe(1);
        else expect(metrics.failedBy[code]).toBe(1);
        expect(metrics.openRequests).toBe(0);
        expect(letters.filter(({ message }) => message === 'it')).toMatchObject(askedLetter ? [{ reason: code, asked: true, target: 'actor', attempts: 1 }] : []);
        expect(metrics.totalDeadLettered).toBe(letters.length);
      });
    });

    it(`${outcome}, told: ${code}`, () => {
      virtually((time) => {
        const { broker, letters } = setup();
        run(broker, () => void broker.trySend(id, 'it'), time);
        const metrics = broker.metrics();
        expectConserved(metrics);
        if (started) expect(metrics.totalAborted).toBe(1);
        else expect(metrics.failedBy[code]).toBe(1);
        expect(letters.filter(({ message }) => message === 'it')).toMatchObject([{ reason: code, asked: false, target: 'actor', priority: 'normal' }]);
      });
    });
  }

  it('timed out waiting: Timeout, a letter, never run', () => {
    virtually(({ at, flush }) => {
      const { broker, letters } = setup();
      const mailbox = Mailbox.bounded(1, { overflow: 'block' });
      broker.register(id, mailbox);
      broker.trySend(id, 'first');
      const seen = watchFor(broker.send(id, 'waits', { timeout: 5 }));
      const got: unknown[] = [];
      at(6, () => mailbox.receive((one) => void got.push(one)));
      flush();
      expect(seen.error).toMatchObject({ code: 'Timeout', started: false });
      expect(got).toEqual(['first']);
      expect(letters).toMatchObject([{ message: 'waits', reason: 'Timeout', asked: true }]);
      expectConserved(broker.metrics());
    });
  });

  it('handler threw or rejected, told: errored, a letter with the error', async () => {
    const { broker, letters } = setup();
    const failure = new Error('no');
    broker.spawn(id, (how) => {
      if (how === 'throw') throw failure;
      return Promise.reject(failure);
    });
    broker.trySend(id, 'throw');
    broker.trySend(id, 'reject', { headers: { trace: '1' }, priority: 'high' });
    await Promise.resolve();
    expect(letters).toMatchObject([
      { message: 'throw', reason: 'HandlerFailed', error: failure, asked: false },
      { message: 'reject', reason: 'HandlerFailed', error: failure, headers: { trace: '1' }, priority: 'high' },
    ]);
    expect(broker.metrics()).toMatchObject({ totalErrored: 2, totalDelivered: 2, totalFailed: 0 });
  });

  it('handler threw, asked: errored, that very error, no letter', () => {
    const { broker, letters } = setup();
    const failure = new Error('no');
    broker.spawn(id, () => { throw failure; });
    expect(watchFor(broker.send(id, 0)).error).toBe(failure);
    expect(letters).toEqual([]);
    expect(broker.metrics()).toMatchObject({ totalErrored: 1, totalDeadLettered: 0 });
  });

  it('protocol without a handler for the type: errored, Unhandled, safe to send again', () => {
    const { broker, letters } = setup();
    const Door = protocol('door', { open: message(), shut: message() });
    const door = actorId<any>('door');
    broker.spawn(door, Door, { open: () => {} } as any);
    expect(watchFor(broker.send(door, Door.shut())).error).toMatchObject({ code: 'Unhandled', started: false });
    broker.trySend(door, Door.shut());
    broker.trySend(door, null);
    expect(broker.metrics()).toMatchObject({ totalErrored: 3, totalDelivered: 3 });
    expect(letters).toMatchObject([{ reason: 'Unhandled', asked: false }, { reason: 'Unhandled', message: null }]);
  });

  it('protocol message with a name of Object.prototype: errored, Unhandled', () => {
    const { broker } = setup();
    const Door = protocol('door', { valueOf: message(), constructor: message(), open: message() });
    const door = actorId<any>('door');
    broker.spawn(door, Door, { open: () => {} } as never);
    for (const sent of [Door.valueOf(), Door.constructor()]) {
      expect(watchFor(broker.send(door, sent)).error).toMatchObject({ code: 'Unhandled', started: false });
    }
  });

  it('delivery left unsettled: errored, Unhandled, started', () => {
    const { broker, letters } = setup();
    const mailbox = Mailbox.bounded<string>(5);
    broker.register(id, mailbox);
    const subscription = mailbox.deliveries$.subscribe();
    const seen = watchFor(broker.send(id, 'asked'));
    subscription.unsubscribe();
    expect(seen.error).toMatchObject({ code: 'Unhandled', started: true });
    mailbox.deliveries$.subscribe().add(() => {});
    expect(broker.metrics()).toMatchObject({ totalErrored: 1, inFlight: 0 });
    expect(letters).toEqual([]);
  });

  it('no route: one sent, one failed, a letter, RoutingFailed', () => {
    const { broker, letters } = setup();
    const seen = watchFor(broker.sendWithRouting({ topic: 'a.b' }, 'it'));
    expect(seen.error).toMatchObject({ name: 'BrokerError', code: 'RoutingFailed' });
    expect(broker.metrics()).toMatchObject({ totalSent: 1, totalFailed: 1, failedBy: { NoRoute: 1 } });
    expect(letters).toMatchObject([{ reason: 'NoRoute', topic: 'a.b', message: 'it', asked: true }]);
    expect(letters[0]).not.toHaveProperty('target');
  });

  it('published with no taker: nothing', () => {
    const { broker, letters } = setup();
    expect(broker.publish('a.b', 1)).toBe(0);
    expect(broker.metrics()).toMatchObject({ totalSent: 0, totalFailed: 0 });
    expect(letters).toEqual([]);
  });

  it('cancelled, queued or running: no letter', () => {
    const { broker, letters } = setup();
    broker.spawn(id, () => NEVER);
    const running = broker.send(id, 1).subscribe();
    const queued = broker.send(id, 2).subscribe();
    queued.unsubscribe();
    running.unsubscribe();
    expect(broker.metrics()).toMatchObject({ totalAborted: 1, failedBy: { Cancelled: 1 }, pending: 0, inFlight: 0 });
    expect(letters).toEqual([]);
  });

  it('is told at every stage, in order (O1)', () => {
    const { broker } = setup();
    const kinds: string[] = [];
    broker.events$.subscribe((event: BrokerEvent) => kinds.push(event.kind));
    broker.spawn(id, () => 1);
    broker.send(id, 1).subscribe();
    broker.trySend(actorId('nobody'), 1);
    broker.unregister(id);
    expect(kinds).toEqual(['registered', 'sent', 'delivered', 'settled', 'sent', 'failed', 'dead-lettered', 'unregistered']);
  });
});
