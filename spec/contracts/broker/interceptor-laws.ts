import { type BrokerOptions, DeadLetterQueue, type Interceptor, type MessageBroker, type Outgoing, type SendError, actorId } from 'rx-broker';
import { isObservable } from 'rxjs';
import { expect } from 'vitest';
import { watchFor } from '../../broker/setup';
import { type BrokerLaw, brokerLawWith } from './broker-under-law';

const [id, other] = [actorId<any>('actor'), actorId<any>('other')];
const failure = new Error('of the interceptor');
const quiet = { warn: () => undefined, error: () => undefined };

/** Every way to send, and how an interceptor sees it. */
const SENDS: readonly (readonly [send: (broker: MessageBroker, message: string) => unknown, seen: Partial<Outgoing>])[] = [
  [(broker, message) => broker.trySend(id, message), { kind: 'tell', target: id }],
  [(broker, message) => broker.send(id, message), { kind: 'ask', target: id }],
  [(broker, message) => broker.sendWithPriority(id, message, 'high'), { kind: 'ask', target: id }],
  [(broker, message) => broker.ref(id).send(message), { kind: 'ask', target: id }],
  [(broker, message) => broker.offer(id, message), { kind: 'tell', target: id }],
  [(broker, message) => broker.sendWithRouting({ topic: 'work' }, message), { kind: 'ask', topic: 'work' }],
  [(broker, message) => broker.broadcast(message), { kind: 'broadcast' }],
  [(broker, message) => broker.broadcastFilter(message, () => true), { kind: 'broadcast' }],
  [(broker, message) => broker.tryBroadcast(message), { kind: 'broadcast' }],
  [(broker, message) => broker.publish('work', message), { kind: 'publish', topic: 'work' }],
];

/** A law for interceptors that note what they see. */
function interceptorLaw(
  name: string,
  interceptors: (seen: unknown[]) => readonly Interceptor[],
  work: Parameters<typeof brokerLawWith<unknown[]>>[2],
  needs: BrokerLaw['needs'] = [],
): BrokerLaw {
  const prepare = (): readonly [BrokerOptions, unknown[]] => {
    const seen: unknown[] = [];
    return [{ interceptors: interceptors(seen), logger: quiet }, seen];
  };
  return brokerLawWith(name, prepare, work, needs);
}

/** An interceptor whose `send` notes what it sees, and adds its number to message and headers. */
const marking = (number: number, seen: unknown[]): Interceptor => ({
  send: ({ message, ...outgoing }) => {
    seen.push({ ...outgoing, message: message as unknown });
    return { message: `${String(message)} ${number}`, headers: { [number]: 'seen', last: `${number}` } };
  },
});

export const INTERCEPTOR_LAWS: readonly BrokerLaw[] = [
  interceptorLaw(
    'send of each interceptor sees every message once, the first one first, and each what the one before has left (S7)',
    (seen) => [marking(1, seen), marking(2, seen)],
    async ({ home, broker, settle }, seen) => {
      const got: unknown[] = [];
      // Two targets of a broadcast are one message.
      for (const name of [id, other]) home.spawn(name, (message, { self, envelope }) => void (self === id && got.push([message, envelope.headers])), { topics: name === id ? ['work'] : [] });
      await settle();
      for (const [index, [send]] of SENDS.entries()) {
        const sent = send(broker, `message ${index}`);
        if (isObservable(sent)) watchFor(sent);
        await settle();
      }
      expect(seen).toEqual(SENDS.flatMap(([, place], index) => [
        { ...place, message: `message ${index}`, headers: {} },
        { ...place, message: `message ${index} 1`, headers: { 1: 'seen', last: '1' } },
      ]));
      expect(got).toEqual(SENDS.map((_, index) => [`message ${index} 1 2`, { 1: 'seen', 2: 'seen', last: '2' }]));
    },
  ),
  interceptorLaw(
    'send of an interceptor sees what a turn sends, with the headers and the envelope of that turn (S7)',
    (seen) => [{ send: ({ kind, message, headers, parent }) => void seen.push([kind, message, headers, parent?.headers]) }],
    async ({ home, broker, settle }, seen) => {
      home.spawn(other, () => {});
      home.spawn(id, (_message, context) => {
        context.trySend(other, 'told', { headers: { own: '2' } });
        context.send(other, 'asked').subscribe();
      });
      await settle();
      broker.trySend(id, 'first', { headers: { trace: '1' } });
      await settle();
      expect(seen).toEqual([
        ['tell', 'first', { trace: '1' }, undefined],
        ['tell', 'told', { trace: '1', own: '2' }, { trace: '1' }],
        ['ask', 'asked', { trace: '1' }, { trace: '1' }],
      ]);
    },
  ),
  interceptorLaw(
    'send of an interceptor sees a message that is redelivered once more, as a tell (O4)',
    (seen) => [{ send: ({ kind, message, target, topic }) => void seen.push([kind, message, target ?? topic]) }],
    async ({ home, broker, settle, attach }, seen) => {
      const queue = new DeadLetterQueue();
      attach(queue);
      const got: unknown[] = [];
      broker.trySend(id, 'lost');
      watchFor(broker.sendWithRouting({ topic: 'work' }, 'no route'));
      await settle();
      home.spawn(id, (message, { envelope: { attempt } }) => void got.push([message, attempt]), { topics: ['work'] });
      await settle();
      const redelivered = watchFor(queue.redeliver(() => true, { includeAsked: true }));
      await settle();
      expect(redelivered).toMatchObject({ values: [{ ok: true }, { ok: true }], completed: true });
      expect(got).toEqual([['lost', 2], ['no route', 2]]);
      expect(seen).toEqual([['tell', 'lost', id], ['ask', 'no route', 'work'], ['tell', 'lost', id], ['tell', 'no route', 'work']]);
    },
  ),
  interceptorLaw(
    'what send of an interceptor throws refuses the message with Rejected, and nobody sees it: one sent, one failed, a letter if nobody asked (§2)',
    () => [{ send: ({ message }) => { if (String(message).startsWith('bad')) throw failure; } }],
    async ({ home, broker, settle, letters }) => {
      const got: unknown[] = [];
      home.spawn(id, (message) => void got.push(message), { topics: ['work'] });
      for (const stream of [home.broadcasts$, home.topic$('work')]) stream.subscribe((message) => got.push(message));
      await settle();
      const told: string[] = [];
      for (const [index, [send]] of SENDS.entries()) {
        const sent = send(broker, `bad ${index}`);
        if (isObservable(sent)) {
          const seen = watchFor(sent);
          await settle();
          expect(seen).toMatchObject({ values: [], error: { code: 'Rejected', started: false } });
          expect((seen.error as SendError).cause).toBe(failure);
        } else {
          told.push(`bad ${index}`);
          expect(sent).toEqual(typeof sent === 'number' ? 0 : expect.objectContaining({ ok: false, code: 'Rejected' }));
        }
      }
      await settle();
      expect(got).toEqual([]);
      expect(broker.metrics()).toMatchObject({ totalSent: SENDS.length, openRequests: 0, failedBy: { Rejected: SENDS.length } });
      expect(letters.map(({ message, reason }) => [message, reason])).toEqual(told.map((message) => [message, 'Rejected']));
    },
    ['sendersNode'],
  ),
  interceptorLaw(
    'handle of each interceptor is around every turn once, the first one outermost, and its answer is the reply (M5)',
    (seen) =>
      [1, 2].map((number): Interceptor => ({
        handle(message, { self }, next) {
          seen.push(`${number} before ${String(message)} of ${self}`);
          const reply: unknown = next();
          seen.push(`${number} after ${String(reply)}`);
          return `${String(reply)} ${number}`;
        },
      })),
    async ({ home, broker, settle }, seen) => {
      home.spawn(id, (message) => {
        seen.push('handler');
        return `reply to ${String(message)}`;
      });
      await settle();
      const asked = watchFor(broker.send(id, 'ask'));
      await settle();
      expect(asked.values).toEqual(['reply to ask 2 1']);
      expect(seen).toEqual(['1 before ask of actor', '2 before ask of actor', 'handler', '2 after reply to ask', '1 after reply to ask 2']);
      seen.length = 0;
      broker.tryBroadcast('to all');
      await settle();
      expect(seen).toHaveLength(5);
    },
  ),
  interceptorLaw(
    'handle of an interceptor answers in place of the handler where it does not call next, and fails its message where it throws or calls next twice (M5)',
    () => [
      {
        handle(message: string, _context, next) {
          if (message === 'throw') throw failure;
          if (message === 'twice') next();
          return message === 'skip' ? 'skipped' : (next() as unknown);
        },
      },
    ],
    async ({ home, broker, settle }) => {
      const ran: unknown[] = [];
      home.spawn(id, (message) => {
        ran.push(message);
        return 'handled';
      });
      await settle();
      const [skipped, thrown, twice, fine] = ['skip', 'throw', 'twice', 'fine'].map((message) => watchFor(broker.send(id, message)));
      await settle();
      expect([skipped!.values, fine!.values, ran]).toEqual([['skipped'], ['handled'], ['twice', 'fine']]);
      expect(thrown!.error).toMatchObject({ message: failure.message });
      expect(twice!.error).toMatchObject({ message: expect.stringContaining('twice') as string });
      expect(home.metrics()).toMatchObject({ totalSucceeded: 2, totalErrored: 2 });
    },
  ),
];
