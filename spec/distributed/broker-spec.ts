import { DeadLetterQueue, type Envelope, Mailbox, type MessageBroker, actorId, message, protocol } from 'rx-broker';
import { DistributedMessageBroker, type DistributedOptions, structuredCodec } from 'rx-broker/distributed';
import { createNetwork } from 'rx-broker/testing';
import { toMetrics } from 'rx-broker/operators';
import { VirtualTimeScheduler, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { watchFor } from '../broker/setup';
import { cluster } from './setup';

const id = actorId<any>('x');

describe('DistributedMessageBroker', () => {
  it.each<[string, unknown, RegExp]>([
    ['a window of 0', { window: 0 }, /window must be an integer of at least 1/],
    ['a payload of no size', { maxPayload: -1 }, /maxPayload must be/],
    ['a codec that is none', { codec: {} }, /codec must be a codec/],
    ['a codec that packs nothing', { codec: { encode: () => [], decode: () => 1 } }, /codec must be a codec/],
    ['a codec that the transport cannot carry', { codec: structuredCodec() }, /codec must encode to text or bytes/],
    ['a namespace that is no text', { namespace: 5 }, /namespace must be a text/],
    ['an authorize that is no function', { authorize: true }, /authorize must be a function/],
    ['an unknown option', { windw: 5 }, /unknown option 'windw', did you mean 'window'/],
    ['a bad option of every broker', { requestTimeout: -1 }, /requestTimeout must be/],
    ['a name that is too long', { name: 'x'.repeat(2_000) }, /name must have at most/],
  ])('refuses %s by name', (_what, options, text) => {
    expect(() => new DistributedMessageBroker(createNetwork().transport('a'), options as DistributedOptions)).toThrow(text);
  });

  it('refuses anything but a transport', () => {
    expect(() => new DistributedMessageBroker({} as never)).toThrow(/transport must be a Transport, such as/);
    expect(() => new DistributedMessageBroker(Promise.resolve() as never)).toThrow(/transport must be a Transport, not the promise of one: await it/);
    expect(() => new DistributedMessageBroker(createNetwork({ maxBatch: 100 }).transport('a'))).toThrow(/maxBatch/);
  });

  it('refuses names that are too long for the wire', () => {
    const { nodes } = cluster(['a']);
    const long = 'x'.repeat(5_000);
    const tooLong = /at most 4096 characters/;
    for (const call of [
      () => nodes['a']!.spawn(actorId(long), () => {}),
      () => nodes['a']!.register(id, Mailbox.bounded(1), { topics: [long] }),
      () => nodes['a']!.publish(long, 1),
      () => nodes['a']!.topic$(long),
    ]) {
      expect(call).toThrow(tooLong);
    }
    expect(nodes['a']!.registeredCount()).toBe(0);
  });

  it('takes a protocol that has a message named topics', () => {
    const { nodes } = cluster(['a']);
    const Forum = protocol('forum', { topics: message<{ of: string }, number>() });
    nodes['a']!.spawn(actorId(Forum), Forum, { topics: ({ of: author }) => author.length });
    expect(watchFor(nodes['a']!.send(actorId(Forum), Forum.topics({ of: 'ann' }))).values).toEqual([3]);
  });

  it('refuses topics that are none as a broker in one process does', () => {
    const { nodes } = cluster(['a']);
    const text = /topics must be an array of topic patterns, got 5/;
    expect(() => nodes['a']!.spawn(id, () => {}, { topics: 5 as never })).toThrow(text);
    expect(() => nodes['a']!.register(id, Mailbox.bounded(1), { topics: 5 as never })).toThrow(text);
  });

  it('is the broker of the contexts of its turns', () => {
    const { nodes, pass } = cluster(['a', 'b']);
    const seen: MessageBroker[] = [];
    nodes['a']!.spawn(id, (_message, { broker }) => void seen.push(broker));
    pass();
    nodes['b']!.trySend(id, 1);
    pass();
    expect(seen).toEqual([nodes['a']!]);
  });

  it('calls the send of interceptors where a message is sent, and handle where its actor is', () => {
    const calls: unknown[] = [];
    const on = (name: string): DistributedOptions => ({
      interceptors: [
        {
          send: ({ kind }) => {
            calls.push(`send ${kind} on ${name}`);
            return { headers: { from: name } };
          },
          handle: (message, { envelope }: { envelope: Envelope }, next) => {
            calls.push(`handle ${String(message)} on ${name}, from ${envelope.headers['from']}`);
            return next();
          },
        },
      ],
    });
    const { join, pass } = cluster([]);
    const [a, b] = [join('a', on('a')), join('b', on('b'))];
    a.spawn(id, (message) => message);
    pass();
    const seen = watchFor(b.send(id, 'asked'));
    b.tryBroadcast('all');
    pass();
    expect(seen.values).toEqual(['asked']);
    expect(calls).toEqual(['send ask on b', 'send broadcast on b', 'handle asked on a, from b', 'handle all on a, from b']);
  });

  it('counts from events what metrics say, for messages to other nodes as well', () => {
    const { network, nodes, pass } = cluster(['a', 'b'], { lease: 1_000 });
    const b = nodes['b']!;
    let counted: unknown;
    b.events$.pipe(toMetrics()).subscribe((metrics) => (counted = metrics));
    nodes['a']!.spawn(id, (how) => {
      if (how === 'throw') throw new Error('no');
      return how === 'stream' ? of(1, 2) : how === 'hang' ? new Promise(() => {}) : how;
    });
    nodes['a']!.register(actorId('full'), Mailbox.bounded(1));
    pass();
    for (const how of ['value', 'throw', 'stream']) {
      watchFor(b.send(id, how));
      b.trySend(id, how);
    }
    for (let n = 0; n < 3; n++) watchFor(b.send(actorId('full'), n, { timeout: 50 }));
    b.trySend(actorId('nobody'), 1);
    pass(2_000);
    watchFor(b.send(id, 'hang')).subscription.unsubscribe();
    watchFor(b.send(id, 'hang'));
    b.trySend(id, 'late');
    pass();
    network.kill('a');
    b.trySend(id, 'too late');
    pass(1_000);
    expect({ ...(counted as object), avgRoutingLatencyNs: 0 }).toEqual({ ...b.metrics(), avgRoutingLatencyNs: 0 });
    expect(b.metrics()).toMatchObject({ pending: 0, inFlight: 0, openRequests: 0, registeredActors: 0 });
  });

  it('makes a dead letter where the message was lost, once, and can send it again from there', () => {
    const { nodes, letters, pass } = cluster(['a', 'b']);
    const queue = new DeadLetterQueue();
    nodes['a']!.withDeadLetterQueue(queue);
    const got: unknown[] = [];
    const mailbox = Mailbox.bounded<unknown>(1);
    nodes['a']!.register(id, mailbox);
    pass();
    for (const n of [1, 2]) nodes['b']!.trySend(id, n, { headers: { n: String(n) } });
    watchFor(nodes['b']!.send(id, 3));
    pass();
    expect(letters.map(({ reason, message, asked, headers }) => [reason, message, asked, headers])).toEqual([
      ['MailboxFull', 2, false, { n: '2' }],
      ['MailboxFull', 3, true, {}],
    ]);
    mailbox.receive((message, { envelope }) => void got.push([message, envelope.attempt]));
    queue.redeliver().subscribe();
    expect(got).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('works alone, also if its transport cannot start', async () => {
    const broken = { ...createNetwork().transport('a'), nodeId: 'a', maxBatch: 1e6, structured: false };
    const transport = {
      ...broken,
      start: () => Promise.reject(new Error('no network')),
      send: () => false,
      claim: () => Promise.reject(new Error('no network')),
      release: () => undefined,
      close: () => Promise.resolve(),
    };
    const broker = new DistributedMessageBroker(transport, { scheduler: new VirtualTimeScheduler() });
    broker.spawn(id, (n: number) => n + 1);
    expect(watchFor(broker.send(id, 1)).values).toEqual([2]);
    await expect(broker.ready).rejects.toThrow('no network');
    await broker.close();
  });

  it('knows and forgets the actors of a node by the thousand', () => {
    const { network, nodes, letters, pass } = cluster(['a', 'b'], { lease: 1_000 });
    for (let n = 0; n < 2_000; n++) nodes['a']!.spawn(actorId(`actor ${n}`), () => {}, { topics: ['work'] });
    pass();
    const b = nodes['b']!;
    expect(b.registeredCount()).toBe(2_000);
    expect(b.tryBroadcast('all')).toBe(2_000);
    expect(b.publish('work', 1)).toBe(2_000);
    network.kill('a');
    pass(1_000);
    expect([b.registeredCount(), b.bindings(), letters.length]).toEqual([0, [], 4_000]);
    expect(b.metrics()).toMatchObject({ pending: 0, totalFailed: 4_000 });
  });
});
