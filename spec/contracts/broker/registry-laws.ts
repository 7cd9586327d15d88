import { Mailbox, actorId } from 'rx-broker';
import { NEVER } from 'rxjs';
import { expect } from 'vitest';
import { watchFor } from '../../broker/setup';
import { type BrokerLaw, brokerLaw } from './broker-under-law';

const [a, b] = [actorId<any>('a'), actorId<any>('b')];
const failure = (code: string): Error => expect.objectContaining({ name: 'BrokerError', code }) as Error;

export const REGISTRY_LAWS: readonly BrokerLaw[] = [
  brokerLaw('a taken id throws AlreadyRegistered, and so does a mailbox that is registered; nothing is changed (R1)', async ({ home, broker, settle }) => {
    const got: unknown[] = [];
    const mailbox = Mailbox.bounded<unknown>(5);
    mailbox.receive((message) => void got.push(message));
    home.register(a, mailbox);
    expect(() => home.spawn(a, () => {})).toThrow(failure('AlreadyRegistered'));
    expect(() => home.register(a, Mailbox.bounded(5))).toThrow(failure('AlreadyRegistered'));
    expect(() => home.register(b, mailbox)).toThrow(failure('AlreadyRegistered'));
    await settle();
    expect(broker.actorIds()).toEqual([a]);
    broker.trySend(a, 'still here');
    await settle();
    expect(got).toEqual(['still here']);
  }),
  brokerLaw('an unknown id throws NotFound when it is unregistered (R1)', ({ home }) => {
    expect(() => home.unregister(a)).toThrow(failure('NotFound'));
    home.spawn(a, () => {});
    home.unregister(a);
    expect(() => home.unregister(a)).toThrow(failure('NotFound'));
  }),
  brokerLaw('a registration ends its actor once, and knows that the actor has ended, in whatever way (R1)', async ({ home, until }) => {
    const first = home.spawn(a, () => {});
    expect(first).toMatchObject({ id: a, closed: false });
    await until(first.ready);
    first.unsubscribe();
    first.unsubscribe();
    expect(first.closed).toBe(true);
    const second = home.spawn(a, () => {});
    first.unsubscribe();
    expect(home.isRegistered(a)).toBe(true);
    home.unregister(a);
    expect(second.closed).toBe(true);
  }),
  brokerLaw('says who is there, in the order of registration, as a snapshot (R1)', async ({ home, broker, settle }) => {
    expect([broker.actorIds(), broker.registeredCount(), broker.isRegistered(a)]).toEqual([[], 0, false]);
    home.spawn(b, () => {});
    home.spawn(a, () => {});
    await settle();
    const snapshot = broker.actorIds();
    expect(snapshot).toEqual([b, a]);
    expect([broker.registeredCount(), broker.isRegistered(a), home.metrics().registeredActors]).toEqual([2, true, 2]);
    home.unregister(b);
    home.spawn(b, () => {});
    await settle();
    expect(broker.actorIds()).toEqual([a, b]);
    expect(snapshot).toEqual([b, a]);
  }),
  brokerLaw('an actor that is unregistered loses what is queued and running, and says why (R2)', async ({ home, broker, settle, letters }) => {
    const signals: AbortSignal[] = [];
    const stopped: unknown[] = [];
    home.spawn(a, {
      receive: (_message, { signal }) => {
        signals.push(signal);
        return NEVER;
      },
      onStop: (reason) => void stopped.push(reason),
    });
    await settle();
    const running = watchFor(broker.send(a, 'running'));
    await settle();
    const queued = watchFor(broker.send(a, 'queued'));
    await settle();
    broker.trySend(a, 'told');
    await settle();
    home.unregister(a);
    await settle();
    expect(running.error).toMatchObject({ code: 'ActorNotFound', started: true });
    expect(queued.error).toMatchObject({ code: 'ActorNotFound', started: false });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(stopped).toHaveLength(1);
    expect(letters.map(({ reason, message, asked }) => [reason, message, asked])).toEqual([
      ['ActorNotFound', 'queued', true],
      ['ActorNotFound', 'told', false],
    ]);
    expect(home.metrics()).toMatchObject({ totalAborted: 1, failedBy: { ActorNotFound: 2 }, pending: 0, inFlight: 0 });
  }),
  brokerLaw('a mailbox can be registered again, and brings along what it holds (R2, M6)', async ({ home, broker, settle }) => {
    const got: unknown[] = [];
    const mailbox = Mailbox.bounded<unknown>(5);
    home.register(a, mailbox).unsubscribe();
    mailbox.next('before');
    home.register(b, mailbox);
    expect(home.metrics()).toMatchObject({ pending: 1, totalSent: 1 });
    await settle();
    broker.trySend(b, 'after');
    await settle();
    mailbox.receive((message) => void got.push(message));
    await settle();
    expect(got).toEqual(['before', 'after']);
  }),
  brokerLaw('watch tells of the end once, at once if there is nobody, and to each who watches (R2)', async ({ home, broker, settle }) => {
    const nobody = watchFor(broker.watch(a));
    await settle();
    expect(nobody).toMatchObject({ values: [undefined], completed: true });
    home.spawn(a, () => {});
    await settle();
    const watchers = [watchFor(broker.watch(a)), watchFor(broker.watch(a))];
    const left = watchFor(broker.watch(a));
    await settle();
    expect(watchers.map(({ values }) => values)).toEqual([[], []]);
    left.subscription.unsubscribe();
    home.unregister(a);
    await settle();
    for (const watcher of watchers) expect(watcher).toMatchObject({ values: [undefined], completed: true });
    expect(left.values).toEqual([]);
    home.spawn(a, () => {});
    home.unregister(a);
    await settle();
    expect(watchers.map(({ values }) => values)).toEqual([[undefined], [undefined]]);
  }),
  brokerLaw('a ref reaches the actor that has its id, now and later (§1)', async ({ home, broker, settle }) => {
    const ref = broker.ref(a);
    expect(ref.id).toBe(a);
    expect(ref.trySend(1)).toMatchObject({ ok: false, code: 'ActorNotFound' });
    home.spawn(a, (message) => `first ${message}`);
    await settle();
    const first = watchFor(ref.send(2));
    await settle();
    home.unregister(a);
    home.spawn(a, (message) => `second ${message}`);
    await settle();
    const second = watchFor(ref.send(3));
    await settle();
    expect([...first.values, ...second.values]).toEqual(['first 2', 'second 3']);
  }),
  brokerLaw('mailboxMetrics tells of one mailbox in numbers, and nothing of an actor that is not there (M1)', async ({ home, broker, settle }) => {
    expect(home.mailboxMetrics(a)).toBeUndefined();
    home.spawn(a, () => NEVER, { capacity: 2 });
    home.spawn(b, () => {}, { capacity: 7 });
    await settle();
    broker.trySend(a, 1);
    await settle();
    for (const message of [2, 3, 4]) broker.trySend(a, message);
    const other = watchFor(broker.send(b, 'ask'));
    await settle();
    expect(other.completed).toBe(true);
    expect(home.mailboxMetrics(a)).toEqual({ capacity: 2, size: 2, highWaterMark: 2, accepted: 3, delivered: 1, lost: 1, inFlight: 1 });
    expect(home.mailboxMetrics(b)).toMatchObject({ capacity: 7, size: 0, accepted: 1, delivered: 1, lost: 0, inFlight: 0 });
    home.unregister(a);
    expect(home.mailboxMetrics(a)).toBeUndefined();
  }),
  brokerLaw('takes ids that name what every object has (R1)', async ({ home, broker, settle }) => {
    const names = ['__proto__', 'constructor', 'toString', ' ', 'a.*', '💥'].map((name) => actorId<any>(name));
    for (const name of names) expect(broker.isRegistered(name)).toBe(false);
    for (const name of names) home.spawn(name, () => `I am ${name}`);
    await settle();
    for (const name of names) {
      const seen = watchFor(broker.send(name, 'who?'));
      await settle();
      expect(seen.values).toEqual([`I am ${name}`]);
    }
    expect(broker.actorIds()).toEqual(names);
  }),
];
