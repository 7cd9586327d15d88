import { Mailbox, actorId } from 'rx-broker';
import { expect } from 'vitest';
import { deferred } from '../../broker/setup';
import { type BrokerLaw, brokerLaw } from './broker-under-law';

const [a, b] = [actorId<any>('a'), actorId<any>('b')];
const failure = new Error('of the hook');
const fail = (): never => {
  throw failure;
};
const quiet = { warn: () => undefined, error: () => undefined };

/** The laws of `onStart` and `onStop`. */
export const HOOK_LAWS: readonly BrokerLaw[] = [
  brokerLaw('an actor starts before its first turn, and stops once (M9)', async ({ home, broker, settle }) => {
    const steps: string[] = [];
    home.spawn(a, { receive: (message) => void steps.push(String(message)), onStart: () => void steps.push('start'), onStop: () => void steps.push('stop') });
    await settle();
    broker.trySend(a, 'first');
    broker.trySend(a, 'second');
    await settle();
    home.unregister(a);
    await settle();
    expect(steps).toEqual(['start', 'first', 'second', 'stop']);
  }),
  brokerLaw('the first turn waits for the promise of onStart, and so does ready (M9)', async ({ home, broker, settle }) => {
    const gate = deferred<void>();
    const steps: string[] = [];
    const { ready } = home.spawn(a, { receive: (message) => void steps.push(String(message)), onStart: () => gate.promise });
    void ready.then(() => steps.push('ready'));
    await settle();
    broker.trySend(a, 'first');
    await settle();
    expect(steps).toEqual([]);
    gate.resolve();
    await settle();
    expect([...steps].sort()).toEqual(['first', 'ready']);
  }),
  brokerLaw('what onStart throws is thrown by spawn, and nobody is there (M9)', async ({ home, settle, letters }) => {
    const stops: unknown[] = [];
    expect(() => home.spawn(a, { receive: () => {}, onStart: fail, onStop: (reason) => void stops.push(reason) })).toThrow(failure);
    expect(home.isRegistered(a)).toBe(false);
    await settle();
    expect([stops, letters]).toEqual([[], []]);
  }, { needs: ['synchronous'] }),
  brokerLaw('in a turn spawn has returned before its onStart is called, and ready rejects with what that throws (M9, D0)', async ({ home, broker, settle }) => {
    const steps: unknown[] = [];
    home.spawn(b, () => {
      const registration = home.spawn(a, { receive: () => {}, onStart: () => (steps.push('start'), fail()) });
      registration.ready.catch((error: unknown) => steps.push(error, home.isRegistered(a)));
      steps.push('spawned');
    });
    await settle();
    broker.trySend(b, 'go');
    await settle();
    expect(steps).toEqual(['spawned', 'start', failure, false]);
  }, { options: { logger: quiet } }),
  brokerLaw('an onStart that rejects ends its actor, which is not stopped; ready rejects (M9)', async ({ home, broker, settle, letters }) => {
    const gate = deferred<void>();
    const steps: unknown[] = [];
    const { ready } = home.spawn(a, { receive: () => void steps.push('turn'), onStart: () => gate.promise, onStop: () => void steps.push('stop') });
    ready.catch((error: unknown) => steps.push(error));
    await settle();
    broker.trySend(a, 'queued');
    await settle();
    gate.reject(failure);
    await settle();
    expect(steps).toEqual([failure]);
    expect(broker.isRegistered(a)).toBe(false);
    expect(letters.map(({ reason, message }) => [reason, message])).toEqual([['ActorNotFound', 'queued']]);
  }, { options: { logger: quiet } }),
  brokerLaw('onStop is told why its life ends, once for each life (M9)', async ({ home, settle, until }) => {
    const reasons: unknown[] = [];
    const actor = { receive: () => {}, onStop: (reason: unknown) => void reasons.push(reason) };
    home.spawn(a, actor).unsubscribe();
    home.spawn(a, actor);
    for (const end of ['close', 'error'] as const) {
      const mailbox = Mailbox.bounded<unknown>(1);
      mailbox.receive(actor);
      const registration = home.register(b, mailbox);
      await settle();
      mailbox[end](failure);
      await settle();
      registration.unsubscribe();
      await settle();
    }
    await until(home.close());
    expect(reasons).toEqual(['unregistered', 'closed', failure, 'broker-closed']);
  }),
  brokerLaw('a new life of the same id does not wait for the promise of the old one’s onStop (M9)', async ({ home, broker, settle }) => {
    const gate = deferred<void>();
    const got: unknown[] = [];
    home.spawn(a, { receive: () => {}, onStop: () => gate.promise });
    await settle();
    home.unregister(a);
    home.spawn(a, { receive: (message) => void got.push(message), onStart: () => {} });
    await settle();
    broker.trySend(a, 'first');
    await settle();
    expect(got).toEqual(['first']);
    gate.resolve();
  }),
  ...[true, false].flatMap((drain) => [
    brokerLaw(`close waits for the promise of onStop, drain: ${drain} (M9)`, async ({ home, settle }) => {
      const gate = deferred<void>();
      let isClosed = false;
      home.spawn(a, { receive: () => {}, onStop: () => gate.promise });
      await settle();
      void home.close({ drain, timeout: Infinity }).then(() => (isClosed = true));
      await settle();
      expect(isClosed).toBe(false);
      gate.resolve();
      await settle();
      expect(isClosed).toBe(true);
    }),
    brokerLaw(`close waits no longer than its timeout for the promise of onStop, drain: ${drain} (M9)`, async ({ home, settle, pass, slack }) => {
      let isClosed = false;
      home.spawn(a, { receive: () => {}, onStop: () => new Promise<void>(() => {}) });
      await settle();
      void home.close({ drain, timeout: 50_000 }).then(() => (isClosed = true));
      await pass(49_999 - slack);
      expect(isClosed).toBe(false);
      await pass(1 + slack);
      expect(isClosed).toBe(true);
    }, { needs: ['virtualTime'] }),
  ]),
];
