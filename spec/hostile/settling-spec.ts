import { type Delivery, type Handler, Mailbox, actorId } from 'rx-broker';
import { NEVER, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { deferred, watchFor } from '../broker/setup';
import { MODES, ORDINARY, Trial } from './trial';

const id = actorId<any>('culprit');
const failure = new Error('of the handler');
const boom = (): never => {
  throw failure;
};
/** A handler that does `misdeed` with every message but an ordinary one. */
const unless = (misdeed: Handler<unknown>): Handler<unknown> => (message, context) => (message === ORDINARY ? 'fine' : misdeed(message, context));
/** Waits until promises have settled, and the broker has handled that. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Every way to reply after the turn has ended. Each attaches a handler to the mailbox, and returns a function that gives the late reply. */
const LATE: Record<string, (mailbox: Mailbox<unknown>) => () => void> = {
  'by a promise that is fulfilled': (mailbox) => {
    const { promise, resolve } = deferred();
    mailbox.receive(unless(() => promise));
    return () => resolve('late');
  },
  'by a promise that is rejected': (mailbox) => {
    const { promise, reject } = deferred();
    mailbox.receive(unless(() => promise));
    return () => reject(failure);
  },
  'by a stream that emits and fails': (mailbox) => {
    const stream = new Subject<unknown>();
    mailbox.receive(unless(() => stream));
    return () => {
      stream.next('late');
      stream.error(failure);
    };
  },
  'by its delivery, in every way it has': (mailbox) => {
    const got: Delivery<unknown>[] = [];
    mailbox.deliveries$.subscribe((delivery) => (delivery.message === ORDINARY ? delivery.reply('fine') : got.push(delivery)));
    return () => {
      for (const delivery of got) {
        delivery.next('late');
        delivery.reply('late');
        delivery.complete();
        delivery.fail(failure);
      }
    };
  },
};

describe.each(MODES)('$mode: a handler that', ({ observed }) => {
  it.each([
    ['promise', () => new Promise(() => {})],
    ['stream', () => NEVER],
    ['thenable', () => ({ then() {} })],
  ])('never settles its %s is aborted by its timeout, and a queued message times out, too (S4)', async (kind, misdeed) => {
    const trial = new Trial({ observed });
    trial.broker.spawn(id, unless(misdeed as Handler<unknown>), { capacity: 5 });
    const running = watchFor(trial.broker.send(id, 'running', { timeout: 10 }));
    const queued = watchFor(trial.broker.send(id, 'queued', { timeout: 5 }));
    trial.broker.trySend(id, ORDINARY);
    trial.clock.pass(10);
    expect([running.error, queued.error]).toMatchObject([{ code: 'Timeout', started: true }, { code: 'Timeout', started: false }]);
    if (kind === 'stream') {
      trial.expectCounts({ totalSent: 3, totalAborted: 1, totalSucceeded: 1, totalFailed: 1 });
      await trial.expectUnharmed(id);
      return;
    }
    // A promise keeps its seat until it settles (M4). This one never settles, and the broker still goes on.
    trial.expectCounts({ totalSent: 3, totalAborted: 1, totalFailed: 1, pending: 1 });
    await trial.expectUnharmed();
  });

  it('settles twice replies once (S2)', async () => {
    const trial = new Trial({ observed });
    const mailbox = Mailbox.bounded<unknown>(5);
    trial.broker.register(id, mailbox);
    mailbox.deliveries$.subscribe((delivery) => {
      delivery.reply('fine');
      delivery.reply('again');
      delivery.next('and again');
      delivery.complete();
      delivery.fail(failure);
    });
    const asked = watchFor(trial.broker.send(id, 'asked'));
    trial.broker.trySend(id, 'told');
    expect(asked).toMatchObject({ values: ['fine'], completed: true, errored: false });
    trial.expectCounts({ totalSent: 2, totalSucceeded: 2, totalErrored: 0, totalDeadLettered: 0 });
    await trial.expectUnharmed(id);
  });

  it('settles a thenable twice, and then throws, replies once (S2)', async () => {
    const trial = new Trial({ observed });
    const eager = {
      then(resolve: (value: unknown) => void, reject: (error: unknown) => void): void {
        resolve('first');
        resolve('second');
        reject(failure);
        boom();
      },
    };
    trial.broker.spawn(id, unless(() => eager as unknown as Promise<string>));
    expect(watchFor(trial.broker.send(id, 'asked'))).toMatchObject({ values: ['first'], completed: true, errored: false });
    trial.expectCounts({ totalSent: 1, totalSucceeded: 1 });
    await trial.expectUnharmed(id);
  });

  describe.each(['cancelled', 'timed out', 'unregistered'])('replies after its message was %s', (how) => {
    it.each(Object.entries(LATE))('%s reaches nobody (S3)', async (_, late) => {
      const trial = new Trial({ observed });
      const { broker, clock } = trial;
      const mailbox = Mailbox.bounded<unknown>(5);
      const reply = late(mailbox);
      broker.register(id, mailbox);
      const asked = watchFor(broker.send(id, 'asked', { timeout: 10 }));
      if (how === 'cancelled') asked.subscription.unsubscribe();
      else if (how === 'timed out') clock.pass(10);
      else broker.unregister(id);
      reply();
      await settled();
      expect([asked.values, asked.completed, asked.error === failure]).toEqual([[], false, false]);
      trial.expectCounts({ totalSent: 1, totalDelivered: 1, totalAborted: 1, totalDeadLettered: 0 });
      await trial.expectUnharmed(...(how === 'unregistered' ? [] : [id]));
    });
  });
});
