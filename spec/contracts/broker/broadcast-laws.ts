import { Mailbox, actorId } from 'rx-broker';
import { EMPTY, NEVER, of, take } from 'rxjs';
import { expect } from 'vitest';
import { deferred, watchFor } from '../../broker/setup';
import { type BrokerLaw, brokerLaw } from './broker-under-law';

const ids = ['a', 'b', 'c'].map((name) => actorId<any>(name));
const [a, b, c] = ids as [(typeof ids)[0], (typeof ids)[0], (typeof ids)[0]];

export const BROADCAST_LAWS: readonly BrokerLaw[] = [
  brokerLaw('a broadcast has one result for each target, in registration order, whatever becomes of it (R3)', async ({ home, broker, settle }) => {
    const gate = deferred();
    home.spawn(a, () => gate.promise);
    home.spawn(b, () => { throw new Error('no'); });
    home.spawn(c, () => of(1, 2, 3));
    const full = actorId<any>('full');
    home.register(full, Mailbox.bounded(1));
    home.trySend(full, 'first');
    const silent = actorId<any>('silent');
    home.spawn(silent, () => EMPTY);
    await settle();
    const seen = watchFor(broker.broadcast('all'));
    await settle();
    expect(seen.values).toEqual([]);
    gate.resolve('late');
    await settle();
    expect(seen.values).toMatchObject([
      { actorId: a, ok: true, value: 'late' },
      { actorId: b, ok: false, error: { message: 'no' } },
      { actorId: c, ok: true, value: 3 },
      { actorId: full, ok: false, error: { code: 'MailboxFull' } },
      { actorId: silent, ok: true, value: undefined },
    ]);
    expect(seen.completed).toBe(true);
  }),
  brokerLaw('settled order gives results as they come, and take(n) is a quorum that cancels the rest (R3)', async ({ home, broker, settle }) => {
    const gates = ids.map(() => deferred());
    ids.forEach((id, i) => home.spawn(id, () => gates[i]!.promise));
    await settle();
    const seen = watchFor(broker.broadcast('all', { order: 'settled' }).pipe(take(2)));
    await settle();
    gates[2]!.resolve('third');
    await settle();
    gates[0]!.resolve('first');
    await settle();
    expect(seen.values).toMatchObject([{ actorId: c, value: 'third' }, { actorId: a, value: 'first' }]);
    expect(seen.completed).toBe(true);
    expect(home.metrics()).toMatchObject({ totalSucceeded: 2, totalAborted: 1, inFlight: 0 });
  }),
  brokerLaw('a filter chooses the targets when it is subscribed to (R3)', async ({ home, broker, settle }) => {
    home.spawn(a, () => 'a');
    await settle();
    const some$ = broker.broadcastFilter('some', (id) => id !== b);
    home.spawn(b, () => 'b');
    home.spawn(c, () => 'c');
    await settle();
    const seen = watchFor(some$);
    await settle();
    expect(seen.values).toMatchObject([{ actorId: a, value: 'a' }, { actorId: c, value: 'c' }]);
    expect(home.metrics().totalDelivered).toBe(2);
  }),
  brokerLaw('a filter that throws errors before anything is sent (R3)', async ({ home, broker, settle }) => {
    ids.forEach((id) => home.spawn(id, () => 'reply'));
    await settle();
    const refusal = new Error('filter');
    const filter = (id: string): boolean => {
      if (id === 'c') throw refusal;
      return true;
    };
    const seen = watchFor(broker.broadcastFilter('some', filter));
    await settle();
    expect(seen).toMatchObject({ values: [], error: refusal });
    expect(home.metrics().totalDelivered).toBe(0);
  }),
  brokerLaw('without a target it completes empty (R3)', async ({ home, broker, settle }) => {
    const none = watchFor(broker.broadcast('all'));
    await settle();
    expect(none).toMatchObject({ values: [], completed: true });
    home.spawn(a, () => 'a');
    await settle();
    const filtered = watchFor(broker.broadcastFilter('some', () => false));
    await settle();
    expect(filtered).toMatchObject({ values: [], completed: true });
    expect(home.metrics().totalSent).toBe(0);
  }),
  brokerLaw('a broadcast is offered to every target before the first turn (R3)', async ({ home, broker, settle }) => {
    const sent: number[] = [];
    ids.forEach((id) => home.spawn(id, () => void sent.push(home.metrics().totalSent)));
    await settle();
    watchFor(broker.broadcast('all'));
    await settle();
    expect(sent).toEqual([3, 3, 3]);
  }),
  brokerLaw('results are told between turns: of three idle actors the first to answer is enough for take(1), and the others never run (R3)', ({ home, broker }) => {
    const steps: string[] = [];
    ids.forEach((id) => home.spawn(id, () => void steps.push(`turn of ${id}`)));
    broker.broadcast('all', { order: 'settled' }).pipe(take(1)).subscribe(({ actorId }) => steps.push(`result of ${actorId}`));
    expect(steps).toEqual(['turn of a', 'result of a']);
    expect(home.metrics()).toMatchObject({ totalSent: 3, totalSucceeded: 1, failedBy: { Cancelled: 2 } });
  }, { needs: ['synchronous'] }),
  brokerLaw('leaving cancels what is left (R3)', async ({ home, broker, settle }) => {
    const signals: AbortSignal[] = [];
    home.spawn(a, (_message, { signal }) => {
      signals.push(signal);
      return NEVER;
    });
    const mailbox = Mailbox.bounded<unknown>(1);
    home.register(b, mailbox);
    await settle();
    const seen = watchFor(broker.broadcast('all'));
    await settle();
    seen.subscription.unsubscribe();
    await settle();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(mailbox.size).toBe(0);
    expect(home.metrics()).toMatchObject({ inFlight: 0, pending: 0 });
  }),
  brokerLaw('tryBroadcast tells all, or those whose id passes, and says how many mailboxes took it (R4)', async ({ home, broker, settle }) => {
    const got: unknown[] = [];
    home.spawn(a, (message) => void got.push(['a', message]));
    home.spawn(b, (message) => void got.push(['b', message]));
    home.register(c, Mailbox.bounded(1));
    await settle();
    expect(broker.tryBroadcast('all')).toBe(3);
    await settle();
    expect(broker.tryBroadcast('again')).toBe(2);
    expect(broker.tryBroadcast('some', (id) => id === b)).toBe(1);
    await settle();
    expect(got).toEqual([['a', 'all'], ['b', 'all'], ['a', 'again'], ['b', 'again'], ['b', 'some']]);
  }, { needs: ['mailboxAnswers'] }),
  brokerLaw('observers of broadcasts$ see every broadcast once, in the order of its targets (R4)', async ({ home, broker, settle }) => {
    const got: unknown[] = [];
    home.spawn(a, (message) => void got.push(message));
    await settle();
    const seen = watchFor(home.broadcasts$);
    broker.tryBroadcast(1);
    broker.broadcast(2).subscribe();
    await settle();
    broker.broadcastFilter(3, () => true).subscribe();
    await settle();
    broker.tryBroadcast(4);
    await settle();
    expect(seen.values).toEqual([1, 2, 3, 4]);
    expect(got).toEqual([1, 2, 3, 4]);
  }),
  brokerLaw('what the handlers of a broadcast send comes after it at every target (R4)', async ({ home, broker, settle }) => {
    const got: string[] = [];
    home.spawn(a, (message, context) => {
      got.push(`a ${message}`);
      if (message === 'all') context.trySend(b, 'own');
    });
    home.spawn(b, (message) => void got.push(`b ${message}`));
    await settle();
    broker.tryBroadcast('all');
    await settle();
    expect(got).toEqual(['a all', 'b all', 'b own']);
  }),
  brokerLaw('a message goes to all by reference (R4)', async ({ home, broker, settle }) => {
    const message = { all: true };
    const got: unknown[] = [];
    ids.forEach((id) => home.spawn(id, (one) => void got.push(one)));
    broker.tryBroadcast(message);
    await settle();
    expect(got).toHaveLength(3);
    for (const one of got) expect(one).toBe(message);
  }, { needs: ['identity'] }),
];
