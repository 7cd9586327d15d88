import { Mailbox, type MessageBroker, actorId } from 'rx-broker';
import { NEVER, concatMap, from } from 'rxjs';
import { expect } from 'vitest';
import { watchFor } from '../../broker/setup';
import { type BrokerLaw, brokerLaw, startedAfterTimeout } from './broker-under-law';

const id = actorId<any>('actor');

/** Registers a mailbox without a consumer, which holds one message and lets `maxWaiting` senders wait. */
function blocking(home: MessageBroker, maxWaiting = 3): Mailbox {
  const mailbox = Mailbox.bounded<any>(1, { overflow: 'block', maxWaiting });
  home.register(id, mailbox);
  return mailbox;
}

/** The laws of `offer`, a tell that waits for its place. */
export const OFFER_LAWS: readonly BrokerLaw[] = [
  brokerLaw('an offer emits undefined and completes once the mailbox has taken it: at once, or when it gets its place (M2)', async ({ home, broker, settle }) => {
    const got: unknown[] = [];
    const mailbox = blocking(home);
    await settle();
    const queued = watchFor(broker.offer(id, 1));
    await settle();
    const waits = watchFor(broker.offer(id, 2));
    await settle();
    expect(queued).toMatchObject({ values: [undefined], completed: true });
    expect(waits).toMatchObject({ values: [], completed: false, errored: false });
    expect(home.metrics()).toMatchObject({ pending: 2, openRequests: 0 });
    mailbox.receive((message) => {
      got.push(message);
      return NEVER;
    });
    await settle();
    expect(waits).toMatchObject({ values: [undefined], completed: true });
    expect([got, home.metrics().openRequests]).toEqual([[1], 0]);
  }),
  brokerLaw('offers keep the order of a stream, and lose nothing of it (M2)', async ({ home, broker, settle }) => {
    const got: unknown[] = [];
    const mailbox = blocking(home, 1);
    await settle();
    const seen = watchFor(from([1, 2, 3, 4, 5]).pipe(concatMap((message) => broker.offer(id, message))));
    await settle();
    expect(seen).toMatchObject({ completed: false, errored: false });
    mailbox.receive((message) => void got.push(message));
    for (let turn = 0; turn < 5; turn++) await settle();
    expect([got, seen.completed]).toEqual([[1, 2, 3, 4, 5], true]);
  }),
  brokerLaw('an offer that waits is taken back by its sender and by its signal; one that was taken is not (S3)', async ({ home, broker, settle, letters }) => {
    const got: unknown[] = [];
    const mailbox = blocking(home);
    await settle();
    const controller = new AbortController();
    const { signal } = controller;
    const taken = watchFor(broker.offer(id, 'taken', { signal }));
    await settle();
    const [left, aborted] = [watchFor(broker.offer(id, 'left')), watchFor(broker.offer(id, 'aborted', { signal }))];
    await settle();
    expect(home.metrics().pending).toBe(3);
    taken.subscription.unsubscribe();
    left.subscription.unsubscribe();
    controller.abort('enough');
    await settle();
    expect(aborted).toMatchObject({ values: [], error: 'enough' });
    expect(left).toMatchObject({ values: [], completed: false, errored: false });
    mailbox.receive((message) => void got.push(message));
    await settle();
    expect([got, letters, home.metrics().failedBy.Cancelled]).toEqual([['taken'], [], 2]);
  }),
  brokerLaw('an offer that waits fails when its time is over; one that was taken has all the time (S4)', async ({ home, broker, settle, pass, slack }) => {
    const got: unknown[] = [];
    const mailbox = blocking(home);
    await settle();
    const taken = watchFor(broker.offer(id, 'taken', { timeout: 100_000 }));
    await settle();
    const [waits, usual] = [watchFor(broker.offer(id, 'waits', { timeout: 100_000 })), watchFor(broker.offer(id, 'usual'))];
    await pass(99_999 - slack);
    expect(waits.errored).toBe(false);
    await pass(1 + slack);
    expect(waits.error).toMatchObject({ code: 'Timeout', started: startedAfterTimeout(slack, false), actorId: id });
    expect(usual.errored).toBe(false);
    await pass(100_000 + slack);
    expect(usual.error).toMatchObject({ code: 'Timeout', started: startedAfterTimeout(slack, false) });
    expect(taken).toMatchObject({ values: [undefined], errored: false });
    mailbox.receive((message) => void got.push(message));
    await settle();
    expect(got).toEqual(['taken']);
  }, { needs: ['virtualTime'], options: { requestTimeout: 200_000 } }),
  brokerLaw('an offer that is lost while it waits was asked; lost when it was taken, it was not (O3)', async ({ home, broker, settle, letters }) => {
    blocking(home);
    await settle();
    const taken = watchFor(broker.offer(id, 'taken'));
    await settle();
    const waits = watchFor(broker.offer(id, 'waits'));
    await settle();
    home.unregister(id);
    await settle();
    expect(taken).toMatchObject({ values: [undefined], completed: true });
    expect(waits.error).toMatchObject({ code: 'ActorNotFound', started: false });
    expect(letters.map(({ message, reason, asked }) => [message, reason, asked])).toEqual([['taken', 'ActorNotFound', false], ['waits', 'ActorNotFound', true]]);
  }),
  brokerLaw('the sender of an offer is told nothing of its turn: an error is a dead letter (M5)', async ({ home, broker, settle, letters }) => {
    const failure = new Error('no');
    home.spawn(id, () => {
      throw failure;
    });
    await settle();
    const seen = watchFor(broker.offer(id, 'bad'));
    await settle();
    expect(seen).toMatchObject({ values: [undefined], completed: true, errored: false });
    expect(letters.map(({ message, reason, asked }) => [message, reason, asked])).toEqual([['bad', 'HandlerFailed', false]]);
  }),
];
