import { actorId } from 'rx-broker';
import type { DistributedMessageBroker, IncomingFrame, Transport } from 'rx-broker/distributed';
import { NEVER } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { watchFor } from '../broker/setup';
import { numbers } from '../hostile/random-order';
import { type Nodes, cluster } from './setup';
import FRAMES_1 from './frames-1.json';

const id = actorId<any>('x');

/** A node that speaks by hand: it is a transport without a broker. */
class ByHand {
  readonly transport: Transport;
  readonly received: unknown[][] = [];
  #seq = 0;

  constructor({ network, pass }: Nodes, name = 'hand') {
    this.transport = network.transport(name);
    void this.transport.start({
      batch: (_from, batch) => void this.received.push(...(JSON.parse(batch as string) as unknown[]).slice(2).map((frame) => frame as unknown[])),
      up: () => undefined,
      down: () => undefined,
      connected: () => undefined,
      fenced: () => undefined,
    });
    pass();
  }

  /** Sends frames in a batch of their own, with the next number. */
  say(...frames: readonly unknown[]): this {
    this.raw(JSON.stringify([++this.#seq, 0, ...frames]));
    return this;
  }

  raw(batch: string): void {
    this.transport.send('a~1', batch);
  }

  /** The frames of a kind that have come. */
  of(kind: string): unknown[][] {
    return this.received.filter((frame) => frame[0] === kind);
  }
}

const HELLO = ['hello', 1, 1, 'hand', ''];

describe('the frames between nodes', () => {
  it('of version 1 are understood for ever: a node of that version asks, tells, publishes and is answered', () => {
    const nodes = cluster(['a']);
    const a = nodes.nodes['a']!;
    const got: unknown[] = [];
    a.spawn(id, (message, { envelope, signal }) => {
      got.push([message, envelope.priority, envelope.sender, envelope.headers, envelope.topic]);
      signal.addEventListener('abort', () => got.push('aborted'));
      return message === 'ask' ? 'reply' : message === 'slow' ? NEVER : undefined;
    }, { topics: ['prices.*'] });
    const seen = watchFor(a.topic$('prices.eur'));
    const broadcasts = watchFor(a.broadcasts$);
    nodes.pass();
    const hand = new ByHand(nodes).say(...FRAMES_1);
    nodes.pass();
    expect(got.pop()).toBe('aborted');
    expect(got).toEqual([
      ['ask', 'normal', undefined, {}, undefined],
      ['offer', 'high', undefined, {}, undefined],
      ['tell', 'normal', 'elsewhere', { trace: 't' }, undefined],
      ['all', 'normal', undefined, {}, undefined],
      [5, 'normal', undefined, {}, 'prices.eur'],
      ['slow', 'normal', undefined, {}, undefined],
    ]);
    expect([seen.values, broadcasts.values, a.retained('prices.eur')]).toEqual([[5], ['all'], 5]);
    expect(a.isRegistered(actorId('far'))).toBe(true);
    expect(a.trySend(actorId('far'), 'hello')).toEqual({ ok: true });
    nodes.pass();
    expect(hand.received.filter(([kind]) => kind !== 'hello' && kind !== 'measured')).toEqual([
      ['registered', 'x', false, ['prices.*']],
      ['interest', 'prices.eur', true],
      ['synced'],
      ['value', 1, ['j', 'reply']],
      ['complete', 2],
      ['value', 3, expect.anything()],
      ['tell', 'far', 1, 0, ['j', 'hello']],
    ]);
    expect(hand.of('measured')[0]!.slice(0, 2)).toEqual(['measured', 4]);
  });

  it('take one binding back for each `unbind`, and nothing else', () => {
    const lines: string[] = [];
    const nodes = cluster(['a'], {}, { logger: (line: string) => void lines.push(line) });
    const a = nodes.nodes['a']!;
    const far = ['registered', 'far', false, ['t', 'u', 't']];
    const hand = new ByHand(nodes).say(HELLO, far, ['registered', 'bare', false, []], ['unbind', 'u', 'far']);
    nodes.pass();
    expect(a.bindings()).toEqual([
      { topic: 't', id: 'far' },
      { topic: 't', id: 'far' },
    ]);
    hand.say(['unbind', 't', 'far'], ['unbind', 't', 'bare']);
    nodes.pass();
    expect([a.bindings(), a.publish('t', 1), a.publish('u', 1)]).toEqual([[{ topic: 't', id: 'far' }], 1, 0]);
    hand.say(['unbind', 't', 'far'], ['unbind', 't', 'far']);
    nodes.pass();
    expect([a.bindings(), a.publish('t', 1), lines]).toEqual([[], 0, []]);
  });

  it('agree on the lower version', () => {
    const nodes = cluster(['a']);
    new ByHand(nodes).say(['hello', 7, 1, 'newer', ''], ['from a newer version', 1, 2, 3], ['registered', 'far', false, []]);
    nodes.pass();
    const seen = watchFor(nodes.nodes['a']!.nodes$);
    expect(seen.values).toMatchObject([[{ name: 'a' }, { name: 'newer', version: 1 }]]);
    expect(nodes.nodes['a']!.isRegistered(actorId('far'))).toBe(true);
  });

  it('keep nodes apart that have no version in common', () => {
    const lines: string[] = [];
    const nodes = cluster(['a'], {}, { logger: (line: string) => void lines.push(line) });
    const hand = new ByHand(nodes).say(['hello', 9, 8, 'far newer', ''], ['registered', 'far', false, []]);
    nodes.pass();
    expect(nodes.nodes['a']!.isRegistered(actorId('far'))).toBe(false);
    expect(lines).toEqual([expect.stringMatching(/hand.*versions 8 to 9/)]);
    expect(hand.of('synced')).toEqual([]);
  });

  it('that cannot be read are counted, warned of once a second, and stop nothing', async () => {
    const lines: string[] = [];
    const nodes = cluster(['a'], {}, { logger: (line: string) => void lines.push(line) });
    const a = nodes.nodes['a']!;
    a.spawn(id, (message) => message);
    const hand = new ByHand(nodes).say(HELLO);
    nodes.pass();
    const bad = [
      ...[null, 5, 'text', {}, [], ['unknown'], ['ask'], ['ask', 0, 'x', 1, null, 0, ['j', 1]], ['ask', 1, '', 1, null, 0, ['j', 1]]],
      ...[['ask', 1, 'x', 9, null, 0, ['j', 1]], ['ask', 1, 'x', 1, -5, 0, ['j', 1]], ['ask', 1, 'x', 1, null, { evil: 1 }, ['j', 1]]],
      ...[['ask', 1, 'x', 1, null, { headers: { a: 5 } }, ['j', 1]], ['ask', 1, 'x', 1, null, 0, 'payload'], ['tell', 'x', 1, 0, ['no codec', 1]]],
      ...[['bind', 'a..b', 'x'], ['registered', 'y', false, ['>.a']], ['publish', '*', 1, 0, [], 0, true, ['j', 1]], ['cancel', 'x'], ['value', 1.5, ['j', 1]]],
      ...[['ask', 1, 'x'.repeat(5_000), 1, null, 0, ['j', 1]], ['failed', 1, 'NoSuchCode', 0, 'x', ''], ['hello', 1, 1, 'again', '']],
    ];
    hand.say(...bad);
    for (const batch of ['', '{', '5', '[]', '["1",0]', '[1.5,0]', '[-1,0]']) hand.raw(batch);
    hand.say(['ask', 1, 'x', 1, null, 0, ['j', 'fine']]);
    nodes.pass();
    expect(hand.of('value')).toEqual([['value', 1, ['j', 'fine']]]);
    expect(lines).toHaveLength(1);
    const metrics = a.clusterMetrics();
    hand.say(['measured', 1, {}, 0]);
    nodes.pass();
    expect(await metrics).toMatchObject({ badFrames: bad.length + 7 });
    nodes.pass(1_000);
    hand.say('bad');
    nodes.pass();
    expect(lines).toHaveLength(2);
  });

  it('of a hostile node by the hundred thousand harm nobody', () => {
    const nodes = cluster(['a', 'b']);
    nodes.nodes['a']!.spawn(id, (message) => message);
    const hand = new ByHand(nodes).say(HELLO);
    nodes.pass();
    const below = numbers(5);
    const parts = ['ask', 'tell', 'value', 'next', 'failed', 'cancel', 'broadcast', 'publish', 'interest', 'x', '', 0, 1, 2, -1, 1.5, null, true, [], {}, ['j', 1], ['d', '['], { ttl: 5 }, { path: [['x', 'y']] }, '__proto__'];
    const frame = (): unknown[] => Array.from({ length: below(9) }, () => parts[below(parts.length)]);
    for (let batch = 0; batch < 200; batch++) {
      hand.say(...Array.from({ length: 500 }, frame));
      nodes.pass();
    }
    const seen = watchFor(nodes.nodes['b']!.send(id, 'fine'));
    nodes.pass();
    expect(seen.values).toEqual(['fine']);
  });

  it('of one actor, again and again, take no more memory than one', () => {
    const nodes = cluster(['a']);
    const registration = nodes.nodes['a']!.spawn(id, () => 'a');
    nodes.pass();
    const hand = new ByHand(nodes).say(HELLO);
    for (let batch = 0; batch < 20; batch++) hand.say(...Array.from({ length: 1_000 }, (_, nth) => ['registered', 'x', false, [`${batch}.${nth}`]]));
    nodes.pass();
    registration.unsubscribe();
    expect(nodes.nodes['a']!.bindings()).toEqual([{ topic: '19.999', id }]);
    hand.say(['gone', 'x']);
    nodes.pass();
    expect(nodes.nodes['a']!.isRegistered(id)).toBe(false);
  });

  it('cannot make the revisions of retained values unreadable', () => {
    const nodes = cluster(['a', 'b']);
    const { a, b } = nodes.nodes as Record<'a' | 'b', DistributedMessageBroker>;
    new ByHand(nodes).say(HELLO, ['clear', 'topic', [Number.MAX_SAFE_INTEGER, 'hand']]);
    nodes.pass();
    const seen = watchFor(b.topic$('other'));
    a.publish('other', 1, { retain: true });
    nodes.pass();
    expect([b.retained('other'), seen.values]).toEqual([1, [1]]);
  });

  it('of a node that nobody has met are passed over', () => {
    const nodes = cluster(['a']);
    const got: unknown[] = [];
    nodes.nodes['a']!.spawn(id, (message) => void got.push(message));
    new ByHand(nodes).say(['tell', 'x', 1, 0, ['j', 1]]);
    nodes.pass();
    expect(got).toEqual([]);
  });
});

describe('a namespace', () => {
  it('keeps applications apart that share a network', () => {
    const { nodes, join, pass } = cluster(['a', 'b']);
    const other = join('other', { namespace: 'other' });
    nodes['a']!.spawn(id, () => 'a');
    other.spawn(id, () => 'other');
    pass();
    const seen = [nodes['b']!, other].map((node) => watchFor(node.send(id, 1)));
    pass();
    expect(seen.map(({ values }) => values)).toEqual([['a'], ['other']]);
    other.tryBroadcast('all');
    other.publish('topic', 1, { retain: true });
    pass();
    expect([nodes['b']!.retained('topic'), nodes['a']!.actorIds()]).toEqual([undefined, [id]]);
  });

  it('may look like a part of an id', async () => {
    const { join, pass } = cluster([]);
    const owners = ([['', 'a/b/c'], ['a', 'b/c'], ['a/b', 'c'], ['a%2Fb', 'c'], ['', '/a/b/c']] as const).map(([namespace, name]) => {
      const node = join(`${namespace} of ${name}`, { namespace });
      return node.spawn(actorId(name), () => 1).ready;
    });
    pass();
    expect((await Promise.allSettled(owners)).map(({ status }) => status)).toEqual(owners.map(() => 'fulfilled'));
  });
});

describe('a node that asks, and gives no receipts', () => {
  it('is asked no more once 32 MB wait for it, then is given up; other nodes notice nothing', () => {
    const nodes = cluster(['a', 'b'], { lease: 600_000 });
    const { pass } = nodes;
    const a = nodes.nodes['a']!;
    let handled = 0;
    a.spawn(id, (size: number) => {
      handled++;
      return 'x'.repeat(size);
    });
    a.spawn(actorId('held'), (_message, { signal }) => {
      signal.addEventListener('abort', () => (isAborted = true));
      return NEVER;
    });
    let isAborted = false;
    pass();
    const hand = new ByHand(nodes).say(HELLO, ['registered', 'theirs', false, []], ['ask', 1_000, 'held', 2, null, 0, ['j', 1]]);
    for (let ref = 1; ref <= 150; ref++) hand.say(['ask', ref, 'x', 2, null, 0, ['j', 500_000]]);
    pass(1_000);
    expect(handled).toBeGreaterThan(60);
    expect(handled).toBeLessThan(80);
    expect([a.isRegistered(actorId('theirs')), isAborted]).toEqual([true, false]);
    const late = watchFor(a.send(actorId('theirs'), 1, { timeout: Infinity }));
    pass(10_000);
    expect([a.isRegistered(actorId('theirs')), isAborted]).toEqual([false, true]);
    expect(late.error).toMatchObject({ code: 'NodeUnavailable' });
    expect(nodes.warnings.filter((line) => line.includes('given up'))).toHaveLength(1);
    const seen = watchFor(nodes.nodes['b']!.send(id, 3));
    hand.say(['ask', 2_000, 'x', 2, null, 0, ['j', 5]]);
    pass();
    expect(seen.values).toEqual(['xxx']);
    const metrics = a.metrics();
    expect(metrics).toMatchObject({ pending: 0, inFlight: 0, openRequests: 0 });
  });

  it('is served again when it gives them', () => {
    const nodes = cluster(['a', 'b'], {}, {});
    const { network, pass } = nodes;
    const [a, b] = [nodes.nodes['a']!, nodes.nodes['b']!];
    a.spawn(id, (size: number) => 'x'.repeat(size), { capacity: Infinity });
    pass();
    network.cut('a', 'b');
    const replies = Array.from({ length: 80 }, () => watchFor(b.send(id, 900_000, { timeout: Infinity })));
    pass(300);
    network.heal('a', 'b');
    pass(5_000);
    const failed = replies.filter(({ errored }) => errored);
    for (const { error } of failed) expect(error).toMatchObject({ code: 'MailboxFull', started: true });
    expect(replies.filter(({ values }) => values.length === 1).length + failed.length).toBe(80);
    const seen = watchFor(b.send(id, 3));
    pass();
    expect(seen.values).toEqual(['xxx']);
  });
});

describe('authorize', () => {
  it('sees what other nodes ask, and refuses it with Rejected', () => {
    const asked: IncomingFrame[] = [];
    const only = cluster(['a', 'b'], {}, {
      authorize: (frame) => {
        asked.push(frame);
        return frame.message !== 'forbidden';
      },
    });
    only.nodes['a']!.spawn(id, (message) => message, { topics: ['topic'] });
    only.pass();
    const b = only.nodes['b']!;
    const fine = watchFor(b.send(id, 'fine', { headers: { token: 't' }, sender: actorId('me') }));
    const forbidden = watchFor(b.send(id, 'forbidden'));
    b.trySend(id, 'forbidden');
    b.publish('topic', 'forbidden');
    const all = watchFor(b.broadcast('forbidden'));
    only.pass();
    expect(fine.values).toEqual(['fine']);
    expect(forbidden.error).toMatchObject({ code: 'Rejected', started: false, actorId: id });
    expect(all.values).toMatchObject([{ ok: false, error: { code: 'Rejected', started: false } }]);
    expect(only.letters.map(({ reason, asked: wasAsked }) => [reason, wasAsked])).toEqual([
      ['Rejected', false],
      ['Rejected', false],
    ]);
    expect(asked).toContainEqual({ kind: 'ask', from: 'b~1', target: id, message: 'fine', headers: { token: 't' }, sender: 'me' });
    b.sendWithRouting({ topic: 'topic' }, 'routed').subscribe();
    only.pass();
    expect(asked).toContainEqual({ kind: 'ask', from: 'b~1', target: id, topic: 'topic', message: 'routed', headers: {} });
    expect(asked.map(({ kind }) => kind).sort()).toEqual(['ask', 'ask', 'ask', 'bind', 'broadcast', 'publish', 'register', 'tell']);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['returns a promise', () => Promise.resolve(true)],
    ['returns a text', () => 'token'],
    ['returns nothing', () => undefined],
  ])('that %s refuses', (_what, answer) => {
    const { nodes, pass } = cluster(['a', 'b'], {}, { authorize: ({ kind }) => (kind === 'ask' ? (answer() as boolean) : true) });
    nodes['a']!.spawn(id, () => 1);
    pass();
    const seen = watchFor(nodes['b']!.send(id, 1));
    pass();
    expect(seen.error).toMatchObject({ code: 'Rejected' });
  });

  it('can keep the actors of other nodes out', () => {
    const { nodes, pass } = cluster(['a', 'b'], {}, { authorize: ({ kind, target }) => kind !== 'register' || target !== 'x' });
    nodes['a']!.spawn(id, () => 1);
    nodes['a']!.spawn(actorId('y'), () => 1);
    pass();
    expect(nodes['b']!.actorIds()).toEqual(['y']);
  });
});
