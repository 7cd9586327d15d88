import { Mailbox, type MessageBroker, SendError, actorId } from 'rx-broker';
import { type Observable, retry } from 'rxjs';
import { expect } from 'vitest';
import { watchFor } from '../../broker/setup';
import { type BrokerLaw, brokerLaw } from './broker-under-law';

const id = actorId<any>('actor');
const other = actorId<any>('other');

/** Every send that returns an Observable, to one actor. */
const COLD: Readonly<Record<string, (broker: MessageBroker, message: unknown) => Observable<unknown>>> = {
  send: (broker, message) => broker.send(id, message),
  offer: (broker, message) => broker.offer(id, message),
  'ref.send': (broker, message) => broker.ref(id).send(message),
  sendWithPriority: (broker, message) => broker.sendWithPriority(id, message, 'high'),
  sendWithRouting: (broker, message) => broker.sendWithRouting({ topic: 'work' }, message),
  broadcast: (broker, message) => broker.broadcast(message),
  broadcastFilter: (broker, message) => broker.broadcastFilter(message, () => true),
};

const bad = (value: unknown): any => value;

export const SENDING_LAWS: readonly BrokerLaw[] = [
  ...Object.entries(COLD).map(([name, send]) =>
    brokerLaw(`${name} is cold: nothing is sent before it is subscribed to, and one message for each subscription (S1)`, async ({ home, broker, settle }) => {
      const got: unknown[] = [];
      const reply$ = send(broker, 'hello');
      // The target is spawned after the call, but before the subscription.
      home.spawn(id, (message) => void got.push(message), { topics: ['work'] });
      await settle();
      expect(got).toEqual([]);
      const seen = [watchFor(reply$), watchFor(reply$)];
      await settle();
      expect(seen.map(({ completed }) => completed)).toEqual([true, true]);
      expect(got).toEqual(['hello', 'hello']);
    }),
  ),
  brokerLaw('retry sends again (S1)', async ({ home, broker, settle }) => {
    let tries = 0;
    home.spawn(id, () => {
      if (++tries < 3) throw new Error('not yet');
      return tries;
    });
    await settle();
    const seen = watchFor(broker.send(id, 'try').pipe(retry(5)));
    await settle();
    expect(seen).toMatchObject({ values: [3], completed: true });
    expect(home.metrics()).toMatchObject({ totalErrored: 2, totalSucceeded: 1 });
  }),
  brokerLaw('trySend, tryBroadcast and publish act at once and return a failure, never throw it (S1)', async ({ home, broker, settle }) => {
    expect(broker.trySend(id, 1)).toMatchObject({ ok: false, code: 'ActorNotFound' });
    expect(broker.ref(id).trySend(1)).toMatchObject({ ok: false, code: 'ActorNotFound' });
    expect([broker.tryBroadcast(1), broker.publish('work', 1)]).toEqual([0, 0]);
    await settle();
    const got: unknown[] = [];
    home.spawn(id, (message) => {
      got.push(message);
      throw new Error('no');
    });
    home.bind('work', id);
    await settle();
    expect(broker.trySend(id, 2)).toEqual({ ok: true });
    expect([broker.tryBroadcast(3), broker.publish('work', 4)]).toEqual([1, 1]);
    await settle();
    expect(got).toEqual([2, 3, 4]);
  }),
  brokerLaw('a refusal is a value: an error with code, actorId and started, the same each time it is read (S1)', ({ broker }) => {
    const result = broker.trySend(id, 1);
    if (result.ok) throw new Error('it was taken');
    expect(result.error).toBeInstanceOf(SendError);
    expect(result.error).toMatchObject({ code: 'ActorNotFound', actorId: id, started: false });
    expect(result.error).toBe(result.error);
  }),
  brokerLaw('bad arguments throw at the call, in cold methods too (S1)', ({ broker }) => {
    const calls: Record<string, () => unknown> = {
      'send: id': () => broker.send(bad(''), 1),
      'send: timeout': () => broker.send(id, 1, { timeout: -1 }),
      'send: ttl': () => broker.send(id, 1, { ttl: NaN }),
      'send: priority': () => broker.send(id, 1, { priority: bad('top') }),
      'send: signal': () => broker.send(id, 1, { signal: bad({}) }),
      'send: options': () => broker.send(id, 1, bad(5)),
      'offer: id': () => broker.offer(bad(''), 1),
      'offer: timeout': () => broker.offer(id, 1, { timeout: -1 }),
      'eventsOf: id': () => broker.eventsOf(id, bad('')),
      'trySend: id': () => broker.trySend(bad(undefined), 1),
      'trySend: priority': () => broker.trySend(id, 1, { priority: bad(5) }),
      'sendWithPriority: priority': () => broker.sendWithPriority(id, 1, bad('top')),
      'sendWithRouting: topic': () => broker.sendWithRouting({ topic: 'a..b' }, 1),
      'sendWithRouting: priority': () => broker.sendWithRouting({ topic: 'a', priority: 256 }, 1),
      'broadcast: order': () => broker.broadcast(1, { order: bad('random') }),
      'broadcastFilter: filter': () => broker.broadcastFilter(1, bad('all')),
      'tryBroadcast: filter': () => broker.tryBroadcast(1, bad('all')),
      'publish: topic': () => broker.publish('a.*', 1),
      'publish: retain': () => broker.publish('a', 1, { retain: bad('yes') }),
      'topic$: pattern': () => broker.topic$('a.>.b'),
      'watch: id': () => broker.watch(bad('')),
      'ref: id': () => broker.ref(bad('')),
      'spawn: handler': () => broker.spawn(id, bad({})),
      'spawn: capacity': () => broker.spawn(id, () => {}, { capacity: 0 }),
      'register: mailbox': () => broker.register(id, bad({})),
    };
    for (const [name, call] of Object.entries(calls)) expect(call, name).toThrow();
    expect(broker.metrics().totalSent).toBe(0);
    expect(broker.registeredCount()).toBe(0);
  }),
  brokerLaw('an unknown option throws at the call, and names the one that is meant (S1)', ({ home, broker }) => {
    const calls: readonly (readonly [meant: string, call: () => unknown])[] = [
      ['timeout', () => broker.send(id, 1, bad({ timeOut: 1 }))],
      ['signal', () => broker.offer(id, 1, bad({ singal: undefined }))],
      ['priority', () => broker.trySend(id, 1, bad({ prio: 'high' }))],
      ['ttl', () => broker.trySend(id, 1, bad({ timeout: 1 }))],
      ['headers', () => broker.ref(id).trySend(1, bad({ header: {} }))],
      ['sender', () => broker.sendWithPriority(id, 1, 'high', bad({ sendr: id }))],
      ['timeout', () => broker.sendWithRouting({ topic: 'a' }, 1, bad({ timeot: 1 }))],
      ['order', () => broker.broadcast(1, bad({ oder: 'settled' }))],
      ['order', () => broker.broadcastFilter(1, () => true, bad({ Order: 'settled' }))],
      ['retain', () => broker.publish('a', 1, bad({ retained: true }))],
      ['capacity', () => home.spawn(id, () => {}, bad({ capcity: 1 }))],
      ['topics', () => home.register(id, Mailbox.bounded(1), bad({ topic: ['a'] }))],
      ['drain', () => home.close(bad({ drian: false }))],
    ];
    for (const [meant, call] of calls) {
      expect(call, String(call)).toThrow(TypeError);
      expect(call, String(call)).toThrow(new RegExp(`unknown option.*'${meant}'`));
    }
    expect([broker.metrics().totalSent, home.registeredCount()]).toEqual([0, 0]);
    home.spawn(id, () => {});
  }),
  brokerLaw('an idle actor has handled a trySend when it returns (D1)', ({ home, broker }) => {
    const got: unknown[] = [];
    home.spawn(id, (message) => void got.push(message));
    broker.trySend(id, 1);
    expect(got).toEqual([1]);
  }, { needs: ['synchronous'] }),
  brokerLaw('what a turn sends runs when that turn has returned (D2)', async ({ home, broker, settle }) => {
    const steps: string[] = [];
    home.spawn(id, (message, context) => {
      steps.push(`${message} begins`);
      context.trySend(other, `${message} of it`);
      if (message === 1) context.trySend(id, 2);
      steps.push(`${message} ends`);
    });
    home.spawn(other, (message) => void steps.push(String(message)));
    await settle();
    broker.trySend(id, 1);
    await settle();
    expect(steps.slice(0, 2)).toEqual(['1 begins', '1 ends']);
    expect(steps.indexOf('2 ends')).toBe(steps.indexOf('2 begins') + 1);
    expect([...steps].sort()).toEqual(['1 begins', '1 ends', '1 of it', '2 begins', '2 ends', '2 of it']);
  }),
  brokerLaw('an actor handles one message at a time, though it answers later (M4)', async ({ home, broker, settle }) => {
    let running = 0;
    let most = 0;
    home.spawn(id, async () => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
    });
    await settle();
    for (let message = 0; message < 5; message++) broker.trySend(id, message);
    await settle();
    expect(most).toBe(1);
    expect(home.metrics()).toMatchObject({ totalSucceeded: 5, inFlight: 0, pending: 0 });
  }),
  brokerLaw('a throwing handler fails that one message, and goes on with its state (M5)', async ({ home, broker, settle }) => {
    let handled = 0;
    home.spawn(id, (message) => {
      handled++;
      if (message === 2) throw new Error('two');
    });
    await settle();
    for (const message of [1, 2, 3]) broker.trySend(id, message);
    await settle();
    expect(handled).toBe(3);
    expect(home.metrics()).toMatchObject({ totalSucceeded: 2, totalErrored: 1 });
  }),
  brokerLaw('an envelope carries what its sender said (S2)', async ({ home, broker, settle }) => {
    const seen: unknown[] = [];
    home.spawn(id, (_message, { self, envelope: { id: own, priority, sender, headers, attempt } }) => void seen.push([self, typeof own, priority, sender, headers, attempt]));
    await settle();
    broker.trySend(id, 1, { priority: 'low', sender: other, headers: { trace: 'x' } });
    await settle();
    broker.trySend(id, 2);
    await settle();
    expect(seen).toEqual([
      [id, 'string', 'low', other, { trace: 'x' }, 1],
      [id, 'string', 'normal', undefined, {}, 1],
    ]);
  }),
];
