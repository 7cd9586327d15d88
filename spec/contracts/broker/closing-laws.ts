import { Mailbox, type MessageBroker, actorId } from 'rx-broker';
import { type Observable, NEVER } from 'rxjs';
import { expect } from 'vitest';
import { deferred, watchFor } from '../../broker/setup';
import { type BrokerLaw, brokerLaw, expectNothingOpen } from './broker-under-law';

const id = actorId<any>('actor');

/** Every stream that a broker hands out. */
const STREAMS: Readonly<Record<string, (broker: MessageBroker) => Observable<unknown>>> = {
  deadLetters$: (broker) => broker.deadLetters$,
  events$: (broker) => broker.events$,
  eventsOf: (broker) => broker.eventsOf(id),
  metrics$: (broker) => broker.metrics$,
  broadcasts$: (broker) => broker.broadcasts$,
  topic$: (broker) => broker.topic$('a.>'),
  publications$: (broker) => broker.publications$('a.>'),
  watch: (broker) => broker.watch(id),
};

export const CLOSING_LAWS: readonly BrokerLaw[] = [
  ...Object.entries(STREAMS).map(([name, streamOf]) =>
    brokerLaw(`${name} never errors, completes once when the broker closes, and for who comes later (§7)`, async ({ home, settle, until }) => {
      home.spawn(id, () => {});
      const early = watchFor(streamOf(home));
      await settle();
      expect(early).toMatchObject({ completed: false, errored: false });
      await until(home.close());
      await settle();
      expect(early).toMatchObject({ completed: true, errored: false });
      const late = watchFor(streamOf(home));
      await settle();
      expect(late).toMatchObject({ completed: true, errored: false });
    }),
  ),
  brokerLaw('close lets what is queued and running finish (§7)', async ({ home, settle, until }) => {
    const gate = deferred();
    const got: unknown[] = [];
    home.spawn(id, async (message) => {
      got.push(message);
      await gate.promise;
      return message;
    });
    const running = watchFor(home.send(id, 'running'));
    const queued = watchFor(home.send(id, 'queued'));
    await settle();
    const isClosed = watchFor(home.events$);
    const closing = home.close({ timeout: Infinity });
    await settle();
    expect(isClosed.completed).toBe(false);
    gate.resolve(undefined);
    await until(closing);
    expect(got).toEqual(['running', 'queued']);
    expect([running.values, queued.values]).toEqual([['running'], ['queued']]);
    expectNothingOpen(home.metrics());
  }),
  brokerLaw('close refuses newcomers from outside, and takes what running turns send (§7)', async ({ home, settle, until }) => {
    const gate = deferred();
    const got: unknown[] = [];
    home.spawn(id, async (message, context) => {
      got.push(message);
      if (message !== 'running') return;
      await gate.promise;
      context.trySend(id, 'from inside');
    });
    home.trySend(id, 'running');
    await settle();
    const closing = home.close({ timeout: Infinity });
    expect(home.trySend(id, 'from outside')).toMatchObject({ ok: false, code: 'BrokerClosed' });
    const asked = watchFor(home.send(id, 'from outside'));
    await settle();
    expect(asked.error).toMatchObject({ code: 'BrokerClosed', started: false });
    gate.resolve(undefined);
    await until(closing);
    expect(got).toEqual(['running', 'from inside']);
    expectNothingOpen(home.metrics());
  }),
  brokerLaw('close with drain: false drops what is queued and aborts what runs (§7)', async ({ home, settle, until, letters }) => {
    const signals: AbortSignal[] = [];
    home.spawn(id, (_message, { signal }) => {
      signals.push(signal);
      return NEVER;
    });
    const running = watchFor(home.send(id, 'running'));
    await settle();
    const queued = watchFor(home.send(id, 'queued'));
    await settle();
    home.trySend(id, 'told');
    await settle();
    await until(home.close({ drain: false }));
    expect(running.error).toMatchObject({ code: 'BrokerClosed', started: true });
    expect(queued.error).toMatchObject({ code: 'BrokerClosed', started: false });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(letters.map(({ reason, message, asked }) => [reason, message, asked])).toEqual([
      ['BrokerClosed', 'queued', true],
      ['BrokerClosed', 'told', false],
    ]);
    expectNothingOpen(home.metrics());
  }),
  brokerLaw('close ends every actor once, and frees its mailbox (§7)', async ({ home, settle, until }) => {
    const steps: string[] = [];
    const mailbox = Mailbox.bounded<unknown>(5);
    const registrations = [
      home.spawn(id, { receive: () => {}, onStart: () => void steps.push('start'), onStop: () => void steps.push('stop') }),
      home.register(actorId('other'), mailbox),
    ];
    home.trySend(id, 1);
    await settle();
    await until(home.close());
    expect(steps).toEqual(['start', 'stop']);
    expect(registrations.map(({ closed }) => closed)).toEqual([true, true]);
    expect([home.actorIds(), home.registeredCount(), home.isRegistered(id)]).toEqual([[], 0, false]);
  }),
  brokerLaw('close is idempotent, and nothing works after it (§7)', async ({ home, settle, until }) => {
    home.spawn(id, () => 'reply');
    await settle();
    await until(Promise.all([home.close(), home.close({ drain: false }), home.close()]));
    await until(home.close());
    expect(home.trySend(id, 1)).toMatchObject({ ok: false, code: 'BrokerClosed' });
    const asked = watchFor(home.send(id, 1));
    const all = watchFor(home.broadcast(1));
    await settle();
    expect(asked.error).toMatchObject({ code: 'BrokerClosed', started: false });
    expect(all.values).toEqual([]);
    expect([home.tryBroadcast(1), home.publish('a', 1)]).toEqual([0, 0]);
    expect(() => home.spawn(id, () => {})).toThrow();
    expectNothingOpen(home.metrics());
  }),
  brokerLaw('what a caller does when it is told of the end comes after the end, and is refused (§7)', async ({ home, settle, until }) => {
    const late: unknown[] = [];
    home.register(id, Mailbox.bounded(1));
    home.send(id, 'queued').subscribe({
      error: () => late.push(home.isRegistered(id), home.tryBroadcast(1), watchFor(home.send(id, 2))),
    });
    await settle();
    await until(home.close({ drain: false }));
    await settle();
    expect(late).toMatchObject([false, 0, { error: { code: 'BrokerClosed', started: false } }]);
    expectNothingOpen(home.metrics());
  }),
  brokerLaw('a broker can be closed from inside a turn (§7)', async ({ home, settle, until }) => {
    let closing: Promise<void> | undefined;
    home.spawn(id, () => {
      closing = home.close();
      return 'reply';
    });
    const seen = watchFor(home.send(id, 'close yourself'));
    await settle();
    await until(closing!);
    expect(seen).toMatchObject({ values: ['reply'], completed: true });
    expectNothingOpen(home.metrics());
  }),
];
