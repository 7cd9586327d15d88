import { actorId, leastLoaded, topic } from 'rx-broker';
import { NEVER, take, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { expectConserved, watchFor } from '../broker/setup';
import { cluster } from './setup';

const names = (prefix: string, count: number): ReturnType<typeof actorId<any>>[] => Array.from({ length: count }, (_, n) => actorId<any>(`${prefix}${n}`));

describe('a broadcast over nodes', () => {
  it('has one result for every actor: value, error, refusal, timeout, and node gone', () => {
    const { network, nodes, pass } = cluster(['a', 'b', 'c'], { lease: 1_000 });
    nodes['a']!.spawn(actorId('value'), () => 'value');
    nodes['b']!.spawn(actorId('error'), () => {
      throw new Error('no');
    });
    nodes['b']!.spawn(actorId('slow'), () => NEVER);
    nodes['b']!.spawn(actorId('closed'), () => {}).unsubscribe();
    nodes['c']!.spawn(actorId('gone'), () => NEVER);
    pass();
    const seen = watchFor(nodes['a']!.broadcast('all', { timeout: 500 }));
    pass();
    network.kill('c');
    pass(2_000);
    expect(seen.values).toMatchObject([
      { actorId: 'value', ok: true, value: 'value' },
      { actorId: 'error', ok: false, error: { message: 'no' } },
      { actorId: 'slow', ok: false, error: { code: 'Timeout', started: true } },
      { actorId: 'gone', ok: false, error: { code: 'NodeUnavailable', started: 'unknown' } },
    ]);
    expect(seen.completed).toBe(true);
  });

  it('goes to each node in one batch, and runs there as one step', () => {
    const { network, nodes, pass } = cluster(['a', 'b', 'c']);
    const sent: number[] = [];
    for (const name of ['b', 'c']) names(name, 50).forEach((id) => nodes[name]!.spawn(id, () => void sent.push(nodes[name]!.metrics().totalSent)));
    pass(1_000);
    const { sent: before } = network.counts;
    expect(nodes['a']!.tryBroadcast('all')).toBe(100);
    pass();
    // One to each node, and its receipt.
    expect(network.counts.sent - before).toBe(4);
    expect(sent).toEqual(Array.from({ length: 100 }, () => 50));
    for (const node of Object.values(nodes)) expectConserved(node.metrics());
  });

  it('is cut into several frames where one would be too large, and is told once', () => {
    const { nodes, pass } = cluster(['a', 'b'], { maxBatch: 33_000 });
    const got: unknown[] = [];
    const ids = names('a long name of an actor, so that many of them fill a batch '.repeat(4), 400);
    ids.forEach((id) => nodes['b']!.spawn(id, (message) => void got.push(message)));
    pass();
    const announced = watchFor(nodes['b']!.broadcasts$);
    const seen = watchFor(nodes['a']!.broadcast('all'));
    pass();
    expect(got).toHaveLength(400);
    expect(seen.values.map((result: any) => result.actorId)).toEqual(ids);
    expect(announced.values).toEqual(['all']);
  });

  it('is seen by the observers of every node, also where it has no target', () => {
    const { nodes, pass } = cluster(['a', 'b', 'c']);
    nodes['b']!.spawn(actorId('b'), () => {});
    pass();
    const seen = Object.values(nodes).map((node) => watchFor(node.broadcasts$));
    nodes['a']!.tryBroadcast('some', (id) => id === 'b');
    pass();
    expect(seen.map(({ values }) => values)).toEqual([['some'], ['some'], ['some']]);
  });

  it('reaches the observers of other nodes, and none of their actors, when its caller has enough at once', async () => {
    const { nodes, pass } = cluster(['a', 'b', 'c']);
    const ran: string[] = [];
    nodes['a']!.spawn(actorId('here'), () => 'enough');
    for (const id of names('b', 1)) nodes['b']!.spawn(id, () => void ran.push(id));
    for (const id of names('c', 2)) nodes['c']!.spawn(id, () => void ran.push(id));
    pass();
    const seen = [nodes['b']!, nodes['c']!].map((node) => watchFor(node.broadcasts$));
    const first = watchFor(nodes['a']!.broadcast('all', { order: 'settled' }).pipe(take(1)));
    pass();
    expect(first.values).toEqual([{ actorId: 'here', ok: true, value: 'enough' }]);
    expect([seen.map(({ values }) => values), ran]).toEqual([[['all'], ['all']], []]);
    expect(nodes['a']!.metrics()).toMatchObject({ totalSent: 4, totalDelivered: 1, failedBy: { Cancelled: 3 } });
    const sum = nodes['a']!.clusterMetrics();
    pass();
    expect(await sum).toMatchObject({ totalSent: 4, failedBy: { Cancelled: 3 } });
  });

  it('runs only for those whose caller is still there when the network returns, and for the time that is left', () => {
    const { network, scheduler, nodes, pass } = cluster(['a', 'b'], { lease: 60_000 });
    const ran: unknown[] = [];
    const [fast, slow] = names('b', 2).map((id, nth) => {
      nodes['b']!.spawn(id, (message) => {
        ran.push([id, message]);
        return nth === 0 ? 'fast' : timer(4_000, scheduler);
      });
      return id;
    });
    pass();
    network.cut('a');
    const left = watchFor(nodes['a']!.broadcast('left', { timeout: 5_000 }));
    const waited = watchFor(nodes['a']!.broadcast('waited', { timeout: 5_000 }));
    const late = watchFor(nodes['a']!.broadcast('late', { timeout: 1_000 }));
    pass(3_000);
    left.subscription.unsubscribe();
    network.heal('a');
    pass(2_000);
    expect(ran).toEqual([[fast, 'waited'], [slow, 'waited']]);
    expect(waited.values).toMatchObject([{ ok: true, value: 'fast' }, { ok: false, error: { code: 'Timeout', started: true } }]);
    expect(late.values).toMatchObject([fast, slow].map((actor) => ({ actorId: actor, ok: false, error: { code: 'ConnectionLost', started: false } })));
    expectConserved(nodes['a']!.metrics());
  });

  it('cancels what is left when its caller has enough', () => {
    const { nodes, pass } = cluster(['a', 'b']);
    const aborted: string[] = [];
    nodes['b']!.spawn(actorId('slow'), (_message, { self, signal }) => {
      signal.addEventListener('abort', () => aborted.push(self));
      return NEVER;
    });
    nodes['b']!.spawn(actorId('quick'), () => 'quick');
    pass();
    const seen = watchFor(nodes['a']!.broadcast('all', { order: 'settled' }).pipe(take(1)));
    pass();
    expect(seen.values).toMatchObject([{ actorId: 'quick', value: 'quick' }]);
    expect(aborted).toEqual(['slow']);
    expect(nodes['a']!.metrics()).toMatchObject({ pending: 0, openRequests: 0 });
  });
});

describe('a topic over nodes', () => {
  it('is published to the actors and observers of every node, in one frame a node', () => {
    const { network, nodes, pass } = cluster(['a', 'b', 'c']);
    const got: unknown[] = [];
    for (const name of ['a', 'b', 'c']) {
      nodes[name]!.spawn(actorId(name), (message, { envelope }) => void got.push([name, message, envelope.topic]), { topics: ['work.*'] });
      nodes[name]!.spawn(actorId(`${name} too`), () => {}, { topics: ['work.>'] });
    }
    const seen = watchFor(nodes['c']!.publications$('work.*'));
    pass(1_000);
    const { sent } = network.counts;
    expect(nodes['a']!.publish('work.eu', 1)).toBe(6);
    pass();
    expect(got.sort()).toEqual(['a', 'b', 'c'].map((name) => [name, 1, 'work.eu']));
    expect(seen.values).toEqual([{ topic: 'work.eu', message: 1, retained: false }]);
    expect(network.counts.sent - sent).toBe(4);
  });

  it('that nobody of a node observes sends nothing there', () => {
    const { network, nodes, pass } = cluster(['a', 'b']);
    const seen = watchFor(nodes['b']!.topic$('here'));
    pass(1_000);
    const { sent } = network.counts;
    nodes['a']!.publish('elsewhere', 1);
    seen.subscription.unsubscribe();
    pass(1_000);
    const { sent: after } = network.counts;
    nodes['a']!.publish('here', 1);
    pass(1_000);
    // The news that the observer has left, and its receipt.
    expect([after - sent, network.counts.sent - after]).toEqual([2, 0]);
  });

  it('routes to one actor of the cluster, by what is on its way to each', () => {
    const { nodes, pass } = cluster(['a', 'b'], {}, { router: leastLoaded() });
    for (const name of ['a', 'b']) nodes[name]!.spawn(actorId(name), () => NEVER, { topics: ['work'], concurrency: 10 });
    pass();
    for (let n = 0; n < 6; n++) watchFor(nodes['a']!.sendWithRouting({ topic: 'work' }, n));
    pass();
    expect([nodes['a']!, nodes['b']!].map((node) => node.mailboxMetrics(actorId('a'))!.inFlight + node.mailboxMetrics(actorId('a'))!.size)).toEqual([3, 0]);
    expect(nodes['b']!.mailboxMetrics(actorId('b'))!.inFlight).toBe(3);
  });

  it('keeps retained values on every node, also on one that comes later', () => {
    const { nodes, join, pass } = cluster(['a', 'b']);
    const price = topic<number>('price');
    nodes['a']!.publish(price, 1, { retain: true });
    pass();
    expect(nodes['b']!.retained(price)).toBe(1);
    nodes['b']!.publish(price, 2, { retain: true });
    nodes['b']!.publish(topic<number>('other'), 3, { retain: true });
    pass();
    nodes['a']!.clearRetained(topic('other'));
    pass();
    const late = join('late');
    const seen = watchFor(late.topic$(price, { initial: 0 }));
    pass();
    expect([late.retained(price), late.retained('other')]).toEqual([2, undefined]);
    expect(seen.values).toEqual([0, 2]);
    late.publish(price, 4, { retain: true });
    pass();
    expect([nodes['a']!.retained(price), nodes['b']!.retained(price)]).toEqual([4, 4]);
  });

  it('keeps the retained values of a node that has gone', () => {
    const { network, nodes, join, pass } = cluster(['a', 'b'], { lease: 1_000 });
    nodes['a']!.publish('price', 1, { retain: true });
    pass();
    network.kill('a');
    pass(1_000);
    const late = join('late');
    pass();
    expect(late.retained('price')).toBe(1);
  });

  it('shows the last retained value of a node that has died to those that it did not reach', () => {
    const { network, nodes, join, pass } = cluster(['a', 'b', 'c'], { lease: 1_000 });
    nodes['a']!.publish('price', 1, { retain: true });
    pass();
    network.cut('a', 'c');
    nodes['a']!.publish('price', 2, { retain: true });
    pass();
    network.kill('a');
    const late = join('late');
    pass();
    expect([nodes['b']!, nodes['c']!, late].map((node) => node.retained('price'))).toEqual([2, 1, undefined]);
    const seen = watchFor(nodes['c']!.topic$('price'));
    pass(1_000);
    expect([nodes['b']!, nodes['c']!, late].map((node) => node.retained('price'))).toEqual([2, 2, 2]);
    expect(seen.values).toEqual([1, 2]);
  });

  it('tells nobody of a retained value that a node has no room for', () => {
    const { network, nodes, join, pass } = cluster(['a'], { lease: 1_000 });
    const small = join('small', { maxRetained: 1 });
    pass();
    for (const name of ['kept', 'too many']) nodes['a']!.publish(name, name, { retain: true });
    pass();
    network.kill('a');
    pass(1_000);
    const late = join('late');
    pass();
    const retained = [{ topic: 'kept', message: 'kept', retained: true }];
    expect([small, late].map((node) => watchFor(node.publications$('>')).values)).toEqual([retained, retained]);
  });

  it('ends with one retained value everywhere, when several nodes set one at once', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { nodes, pass } = cluster(['a', 'b', 'c'], { latency: [0, 20], loss: 0.3, swaps: 0.1, seed });
      pass(20_000);
      const all = Object.values(nodes);
      for (let round = 0; round < 5; round++) {
        all.forEach((node, n) => node.publish('price', `${n} ${round}`, { retain: true }));
        if (round === 2) all[seed % 3]!.clearRetained('price');
        pass(seed);
      }
      pass(60_000);
      const values = all.map((node) => node.retained('price'));
      expect(new Set(values).size).toBe(1);
      expect(values[0]).toBeDefined();
    }
  });

  it('shows a retained value to a node that had no credit for it', () => {
    const { network, nodes, pass } = cluster(['a', 'b'], { lease: 60_000 }, { window: 1 });
    const seen = watchFor(nodes['b']!.topic$('price', { initial: 0 }));
    pass();
    network.stop('b');
    for (let n = 1; n <= 5; n++) nodes['a']!.publish('price', n, { retain: true });
    network.resume('b');
    pass(3_000);
    expect(nodes['b']!.retained('price')).toBe(5);
    expect(seen.values).toEqual([0, 1, 5]);
  });
});
