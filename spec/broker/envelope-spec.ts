import { type ActorContext, type InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { describe, expect, it } from 'vitest';
import { setupStill as setup, watchFor } from './setup';

const [a, b, c] = [actorId<any>('a'), actorId<any>('b'), actorId<any>('c')];

type Send = (broker: InMemoryMessageBroker, message: string) => unknown;

/** Every way to reach `a`; `b` runs what it is sent as a turn. */
const WAYS: readonly [string, Send][] = [
  ['told', (broker, message) => broker.trySend(a, message)],
  ['told, of low priority', (broker, message) => broker.trySend(a, message, { priority: 'low' })],
  ['told, with headers', (broker, message) => broker.trySend(a, message, { headers: { h: '1' } })],
  ['told within a turn', (broker, message) => broker.trySend(b, () => broker.trySend(a, message))],
  ['asked', (broker, message) => watchFor(broker.send(a, message))],
  ['asked, with headers', (broker, message) => watchFor(broker.send(a, message, { headers: { h: '1' } }))],
  ['asked within a turn', (broker, message) => broker.trySend(b, () => watchFor(broker.send(a, message)))],
  ['routed to topic t', (broker, message) => watchFor(broker.sendWithRouting({ topic: 't' }, message))],
  ['broadcast', (broker, message) => broker.tryBroadcast(message, (id) => id === a)],
  ['broadcast, and asked', (broker, message) => watchFor(broker.broadcastFilter(message, (id) => id === a))],
  ['published to topic t', (broker, message) => broker.publish('t', message)],
  ['published to topic t within a turn', (broker, message) => broker.trySend(b, () => broker.publish('t', message))],
];

function said({ id, priority, topic, sender, sentAt, attempt, headers }: ActorContext['envelope']): object {
  return { id, priority, topic, sender, sentAt, attempt, headers };
}

describe('an envelope', () => {
  it('has a topic and a sender only where there are any, so that it survives JSON as it is', () => {
    const { broker } = setup();
    const envelopes: object[] = [];
    broker.spawn(a, (_message, { envelope }) => void envelopes.push(envelope), { topics: ['t'] });
    broker.spawn(b, (_message, context) => void context.trySend(a, 0));
    broker.trySend(a, 0);
    broker.publish('t', 0);
    broker.trySend(b, 0);
    const always = ['attempt', 'headers', 'id', 'priority', 'sentAt'];
    expect(envelopes.map((envelope) => Object.keys(envelope).sort())).toEqual([always, [...always, 'topic'], [...always, 'sender'].sort()]);
  });
});

describe.each(WAYS)('an envelope of a message that was %s', (way, send) => {
  it('has the options of the message, in its turn and after it', () => {
    const { broker } = setup({ name: 'shop' });
    const contexts: ActorContext[] = [];
    const during: object[] = [];
    broker.spawn(b, (work: () => void) => work());
    broker.spawn(a, (_message, context) => {
      contexts.push(context);
      during.push(said(context.envelope));
    }, { topics: ['t'] });
    for (const message of ['first', 'second']) send(broker, message);
    expect(contexts.map(({ envelope }) => said(envelope))).toEqual(during);
    expect(new Set(contexts.map(({ envelope }) => envelope.id)).size).toBe(2);
    expect(during[0]).toEqual({
      id: expect.stringMatching(/^shop:./) as string,
      priority: way.includes('low') ? 'low' : 'normal',
      topic: way.includes('topic t') ? 't' : undefined,
      sender: undefined,
      sentAt: expect.any(Number) as number,
      attempt: 1,
      headers: way.includes('headers') ? { h: '1' } : {},
    });
  });
});

describe('an envelope', () => {
  it('has the sender that was named, and the priority of a key', () => {
    const { broker } = setup();
    const envelopes: ActorContext['envelope'][] = [];
    broker.spawn(a, (_message, { envelope }) => void envelopes.push(envelope), { topics: ['t'] });
    broker.trySend(a, 1, { priority: 'high', sender: actorId('me'), ttl: 50 });
    broker.publish({ topic: 't', priority: 200 }, 2);
    broker.broadcast(3, { headers: { h: '1' }, priority: 'high' }).subscribe();
    expect(envelopes).toMatchObject([{ priority: 'high', sender: 'me' }, { priority: 'critical', topic: 't' }, { priority: 'high', headers: { h: '1' } }]);
  });

  it('has only the fields that it needs, also as JSON', () => {
    const { broker } = setup();
    let fields: object[] = [];
    broker.spawn(a, (_message, { envelope }) => void (fields = [envelope, JSON.parse(JSON.stringify(envelope)) as object]));
    broker.trySend(a, 0);
    for (const one of fields) expect(Object.keys(one).sort()).toEqual(['attempt', 'headers', 'id', 'priority', 'sentAt']);
  });
});

describe('context.send and context.trySend', () => {
  /** What `b` gets from a turn of `a` that was told with headers. */
  function sentBy(work: (context: ActorContext) => unknown): ActorContext['envelope'][] {
    const { broker } = setup();
    const envelopes: ActorContext['envelope'][] = [];
    broker.spawn(b, (_message, { envelope }) => void envelopes.push(envelope));
    broker.spawn(a, (_message, context) => void work(context));
    broker.trySend(a, 0, { headers: { trace: '1', tenant: 'x' }, priority: 'critical' });
    return envelopes;
  }

  it('pass the headers of the turn on, merged with those given; not its priority (S7)', () => {
    const given = { headers: { trace: '2', own: 'y' } };
    const envelopes = sentBy((context) => {
      context.trySend(b, 0);
      context.send(b, 0).subscribe();
      context.trySend(b, 0, given);
      context.send(b, 0, given).subscribe();
    });
    const [passedOn, merged] = [{ trace: '1', tenant: 'x' }, { trace: '2', tenant: 'x', own: 'y' }];
    expect(envelopes.map(({ headers }) => headers)).toEqual([passedOn, passedOn, merged, merged]);
    expect(envelopes.map(({ priority }) => priority)).toEqual(['normal', 'normal', 'normal', 'normal']);
  });

  it('name the actor as sender, unless another one is given (S7)', () => {
    const envelopes = sentBy((context) => {
      expect(context.self).toBe(a);
      context.trySend(b, 0);
      context.send(b, 0).subscribe();
      context.trySend(b, 0, { sender: c });
    });
    expect(envelopes.map(({ sender }) => sender)).toEqual([a, a, c]);
  });

  it('pass headers on from turn to turn; broker.send and trySend pass none (S7)', () => {
    const { broker } = setup();
    const got: unknown[] = [];
    broker.spawn(c, (_message, { envelope }) => void got.push(envelope.headers));
    broker.spawn(b, (_message, context) => {
      context.trySend(c, 0);
      context.broker.trySend(c, 0);
    });
    broker.spawn(a, (_message, context) => void context.trySend(b, 0));
    broker.trySend(a, 0, { headers: { trace: '1' } });
    expect(got).toEqual([{ trace: '1' }, {}]);
  });
});

describe('ids of messages', () => {
  it('begin with the name of their broker, and are never the same', () => {
    const { broker, letters } = setup({ name: 'shop' });
    for (let i = 0; i < 1_000; i++) broker.trySend(a, i);
    expect(letters.every(({ id }) => id.startsWith('shop:'))).toBe(true);
    expect(new Set(letters.map(({ id }) => id)).size).toBe(1_000);
    const lone = Mailbox.bounded<number>(5);
    let id = '';
    lone.receive((_n, { envelope }) => void ({ id } = envelope));
    lone.next(1);
    expect(id).toMatch(/^mailbox:./);
  });
});
