import { actorId } from 'rx-broker';
import { Subject, type Subscription } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { expectConserved, watchFor } from '../broker/setup';
import { numbers, shuffle } from '../hostile/random-order';
import { cluster } from './setup';

const id = actorId<any>('x');
const FAULTS = { loss: 0.3, doubles: 0.1, swaps: 0.1, latency: [0, 20] } as const;

describe('the delivery to another node', () => {
  it.each([1, 2, 3, 4, 5])('is exactly once and in order over a network that loses, doubles and swaps batches (seed %d)', (seed) => {
    const { nodes, pass } = cluster(['a', 'b'], { ...FAULTS, seed });
    const [a, b] = [nodes['a']!, nodes['b']!];
    const told: number[] = [];
    const asked: number[] = [];
    a.spawn(id, ({ kind, n }) => {
      (kind === 'tell' ? told : asked).push(n);
      return n;
    });
    pass(10_000);
    expect(b.isRegistered(id)).toBe(true);
    const replies: unknown[] = [];
    for (let n = 0; n < 300; n++) {
      b.trySend(id, { kind: 'tell', n });
      b.send(id, { kind: 'ask', n }, { timeout: Infinity }).subscribe((reply) => replies.push(reply));
      if (n % 3 === 0) pass(1);
    }
    pass(60_000);
    const all = Array.from({ length: 300 }, (_, n) => n);
    expect(told).toEqual(all);
    expect(asked).toEqual(all);
    expect(replies).toEqual(all);
    for (const node of [a, b]) {
      expectConserved(node.metrics());
      expect(node.metrics()).toMatchObject({ totalSent: 600, totalSucceeded: 600, pending: 0, openRequests: 0 });
    }
  });

  it.each([1, 2, 3])('gives each of many open asks its own reply, in whichever order they end (seed %d)', (seed) => {
    const { nodes, pass } = cluster(['a', 'b']);
    const [a, b] = [nodes['a']!, nodes['b']!];
    const open = new Map<number, Subject<string>>();
    a.spawn(id, (n) => {
      const reply = new Subject<string>();
      open.set(n, reply);
      return reply;
    }, { concurrency: 1_000 });
    pass();
    const below = numbers(seed);
    const asks = new Map<number, { readonly values: readonly unknown[]; readonly subscription: Subscription }>();
    const end = (n: number): void => {
      const isCancelled = below(4) === 0;
      const ask = asks.get(n)!;
      asks.delete(n);
      if (isCancelled) ask.subscription.unsubscribe();
      else {
        open.get(n)!.next(`reply ${n}`);
        open.get(n)!.complete();
      }
      pass();
      expect(open.get(n)!.observed).toBe(false);
      expect(ask.values).toEqual(isCancelled ? [] : [`reply ${n}`]);
    };
    for (let n = 0; n < 600; n++) {
      const values: unknown[] = [];
      asks.set(n, { values, subscription: b.send(id, n, { timeout: Infinity }).subscribe((reply) => values.push(reply)) });
      pass();
      while (asks.size > 0 && below(8) === 0) end([...asks.keys()][below(asks.size)]!);
      if (n % 100 === 0) for (const left of shuffle([...asks.keys()], below)) if (below(3) > 0) end(left);
    }
    for (const n of shuffle([...asks.keys()], below)) end(n);
    expect(b.metrics()).toMatchObject({ totalSent: 600, pending: 0, openRequests: 0 });
  });

  it('goes on after the connection was cut and has returned within the lease, and nothing is lost or doubled', () => {
    const { network, nodes, pass } = cluster(['a', 'b'], { latency: 2 });
    const got: number[] = [];
    nodes['a']!.spawn(id, (n) => {
      got.push(n);
      return n;
    });
    pass(100);
    const seen = [0, 1, 2, 3].map((n) => {
      const reply = watchFor(nodes['b']!.send(id, n));
      if (n === 1) network.cut('b');
      if (n === 2) network.cut('a');
      pass(1);
      return reply;
    });
    pass(2_000);
    network.heal('a');
    network.heal('b');
    pass(3_000);
    expect(got).toEqual([0, 1, 2, 3]);
    expect(seen.map(({ values }) => values)).toEqual([[0], [1], [2], [3]]);
  });

  it('of a message to an actor of the same node does not touch the network', () => {
    const { network, nodes, pass } = cluster(['a', 'b']);
    nodes['a']!.spawn(id, (n) => n);
    pass();
    const { sent } = network.counts;
    expect(nodes['a']!.trySend(id, 1)).toEqual({ ok: true });
    expect(watchFor(nodes['a']!.send(id, 2)).values).toEqual([2]);
    pass(1_000);
    expect(network.counts.sent).toBe(sent);
  });

  it('tells of a node that dies: asks and tells on their way fail with NodeUnavailable, started unknown', () => {
    const { network, nodes, letters, pass } = cluster(['a', 'b'], { lease: 5_000 });
    nodes['a']!.spawn(id, () => new Promise(() => {}));
    pass();
    const b = nodes['b']!;
    const running = watchFor(b.send(id, 1, { timeout: Infinity }));
    const gone = watchFor(b.watch(id));
    pass();
    network.kill('a');
    const late = watchFor(b.send(id, 2, { timeout: Infinity }));
    expect(b.trySend(id, 3)).toEqual({ ok: true });
    pass(4_999);
    expect([running.errored, late.errored, gone.completed]).toEqual([false, false, false]);
    pass(1);
    expect(running.error).toMatchObject({ name: 'SendError', code: 'NodeUnavailable', started: 'unknown', actorId: id });
    expect(late.error).toMatchObject({ code: 'NodeUnavailable', started: 'unknown' });
    expect(letters.map(({ reason, message, asked }) => [reason, message, asked])).toEqual(
      expect.arrayContaining([
        ['NodeUnavailable', 1, true],
        ['NodeUnavailable', 2, true],
        ['NodeUnavailable', 3, false],
      ]),
    );
    expect(gone.completed).toBe(true);
    expect([b.isRegistered(id), b.metrics()]).toMatchObject([false, { pending: 0, openRequests: 0, registeredActors: 0 }]);
    expectConserved(b.metrics());
  });

  it('aborts what a node that has died asked here', () => {
    const { network, nodes, pass } = cluster(['a', 'b'], { lease: 1_000 });
    const signals: AbortSignal[] = [];
    nodes['a']!.spawn(id, (_message, { signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    pass();
    watchFor(nodes['b']!.send(id, 1, { timeout: Infinity }));
    pass();
    network.kill('b');
    pass(1_000);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });
});
