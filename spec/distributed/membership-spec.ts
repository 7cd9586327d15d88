import { Mailbox, actorId, message, protocol } from 'rx-broker';
import type { NodeInfo } from 'rx-broker/distributed';
import { type Observable, Subject, map, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { watchFor } from '../broker/setup';
import { cluster } from './setup';

const id = actorId<any>('x');
const namesOf = (nodes$: Observable<readonly NodeInfo[]>): ReturnType<typeof watchFor> => watchFor(nodes$.pipe(map((all) => all.map(({ name }) => name).join(' '))));

/** Lets promises settle, and virtual time pass, until a promise has settled. */
async function until<T>(promise: Promise<T>, pass: (ms?: number) => void): Promise<T> {
  let isSettled = false;
  void promise.then(
    () => (isSettled = true),
    () => (isSettled = true),
  );
  for (let turn = 0; turn < 200 && !isSettled; turn++) {
    await new Promise((resolve) => setTimeout(resolve));
    pass();
  }
  if (!isSettled) throw new Error('it has not settled');
  return promise;
}

describe('nodes$', () => {
  it('tells the nodes of now first, this one before the others, and then each change', () => {
    const { network, nodes, join, pass } = cluster(['a', 'b'], { lease: 1_000 });
    const seen = namesOf(nodes['a']!.nodes$);
    expect(seen.values).toEqual(['a b']);
    join('c');
    pass();
    network.kill('b');
    pass(1_000);
    expect(seen.values).toEqual(['a b', 'a b c', 'a c']);
  });

  it('is the same object at each read', () => {
    const { nodes } = cluster(['a']);
    expect(nodes['a']!.nodes$).toBe(nodes['a']!.nodes$);
  });

  it('says the id, the version and the time of each node', () => {
    const { nodes, join, pass } = cluster(['a']);
    pass(50);
    join('b');
    pass();
    const seen = watchFor(nodes['a']!.nodes$);
    expect(seen.values).toEqual([
      [
        { nodeId: 'a~1', name: 'a', version: 1, joinedAt: 0 },
        { nodeId: 'b~1', name: 'b', version: 1, joinedAt: 50 },
      ],
    ]);
  });

  it('completes when the broker closes', async () => {
    const { nodes, pass } = cluster(['a', 'b']);
    const seen = watchFor(nodes['a']!.nodes$);
    await until(nodes['a']!.close(), pass);
    expect(seen.completed).toBe(true);
    expect(watchFor(nodes['a']!.nodes$).completed).toBe(true);
  });
});

describe('a node that joins', () => {
  it('is ready when it knows the actors that were registered before, also one whose claim was under way', async () => {
    const { join, pass } = cluster([], { latency: 5 });
    join('a').spawn(id, () => undefined);
    const late = join('b');
    let isKnown: boolean | undefined;
    void late.ready.then(() => (isKnown = late.isRegistered(id)));
    for (let ms = 0; isKnown === undefined && ms < 200; ms++) {
      await new Promise((resolve) => setTimeout(resolve));
      pass(1);
    }
    expect(isKnown).toBe(true);
  });
});

describe('a node that leaves', () => {
  it('loses nothing: what was sent before the others knew is handled and answered', async () => {
    const { nodes, letters, pass } = cluster(['a', 'b'], { latency: 20 });
    const got: number[] = [];
    const replies: unknown[] = [];
    nodes['a']!.spawn(id, (n: number) => {
      got.push(n);
      return n;
    });
    pass(1_000);
    const gone = watchFor(nodes['b']!.watch(id));
    let refused = 0;
    const send = (n: number): void => {
      nodes['b']!.send(id, n).subscribe({
        next: (reply) => replies.push(reply),
        error: (error: unknown) => {
          expect(error).toMatchObject({ code: expect.stringMatching(/ActorStopped|ActorNotFound/) as string, started: false });
          refused++;
        },
      });
    };
    for (let n = 0; n < 30; n++) {
      send(n);
      pass(1);
    }
    const closed = nodes['a']!.close();
    for (let n = 30; n < 90; n++) {
      send(n);
      pass(1);
    }
    pass(500);
    await until(closed, pass);
    pass(500);
    // What left b before it knew has its reply; the rest was refused here, before it was sent.
    expect(replies.length + refused).toBe(90);
    expect(replies).toEqual(got);
    expect(replies.length).toBeGreaterThanOrEqual(50);
    expect(refused).toBeGreaterThan(10);
    expect(letters.every(({ reason }) => reason === 'ActorStopped' || reason === 'ActorNotFound')).toBe(true);
    expect(gone.completed).toBe(true);
    expect(nodes['b']!.isRegistered(id)).toBe(false);
  });

  it.each([
    ['a clean network', { latency: 20 }],
    ['a network that loses, doubles and swaps batches', { loss: 0.3, doubles: 0.1, swaps: 0.1, latency: [0, 20], seed: 3 }],
  ] as const)('at the same time as the other one loses nothing either, on %s', async (_what, faults) => {
    const { nodes, scheduler, pass } = cluster(['a', 'b'], faults);
    const both = [nodes['a']!, nodes['b']!] as const;
    const ids = [actorId<any>('on a'), actorId<any>('on b')] as const;
    const handled = new Map<string, number>();
    const ends = new Map<string, unknown>();
    for (const [number, node] of both.entries()) {
      node.spawn(ids[number]!, (message: string) => {
        handled.set(message, (handled.get(message) ?? 0) + 1);
        return timer(30, scheduler).pipe(map(() => message));
      }, { concurrency: 100, capacity: 1_000 });
    }
    pass(2_000);
    let sent = 0;
    const load = (): void => {
      for (const [number, node] of both.entries()) {
        const message = `${sent++} of ${number}`;
        const to = ids[1 - number]!;
        if (sent % 4 < 2) node.send(to, message, { timeout: Infinity }).subscribe({ next: (reply) => ends.set(message, reply), error: (error: unknown) => ends.set(message, error) });
        else ends.set(message, node.trySend(to, message).ok ? message : 'refused');
      }
      pass(3);
    };
    for (let round = 0; round < 30; round++) load();
    const closed = Promise.all(both.map((node) => node.close({ timeout: 60_000 })));
    for (let round = 0; round < 30; round++) load();
    pass(10_000);
    await until(closed, pass);
    expect(ends.size).toBe(sent);
    let replied = 0;
    for (const [message, end] of ends) {
      const times = handled.get(message) ?? 0;
      if (end === message) expect([message, times]).toEqual([message, 1]);
      else if (end === 'refused') expect([message, times]).toEqual([message, 0]);
      else expect([message, times, end]).toEqual([message, 0, expect.objectContaining({ started: false })]);
      if (end === message) replied++;
    }
    expect(replied).toBeGreaterThanOrEqual(60);
  });

  it('learns of no more actors of others once it has ended', async () => {
    const { nodes, pass } = cluster(['a', 'b'], { latency: 20 });
    nodes['a']!.spawn(id, () => undefined);
    pass(1_000);
    const closed = nodes['a']!.close();
    nodes['b']!.spawn(actorId('late'), () => undefined);
    pass(1_000);
    await until(closed, pass);
    expect(nodes['a']!.actorIds()).toEqual([]);
    expect(nodes['a']!.metrics().registeredActors).toBe(0);
  });

  it('tells of the end of an actor when it ends, not when the closing begins', async () => {
    const { nodes, pass } = cluster(['a', 'b']);
    const gate = new Subject<string>();
    nodes['a']!.spawn(id, () => gate);
    pass();
    const seen = watchFor(nodes['b']!.send(id, 1));
    pass();
    const gone = watchFor(nodes['b']!.watch(id));
    const closed = nodes['a']!.close();
    pass(100);
    expect(gone.completed).toBe(false);
    expect(nodes['b']!.trySend(id, 2)).toMatchObject({ ok: false, code: 'ActorStopped' });
    gate.next('done');
    gate.complete();
    pass(100);
    expect(seen).toMatchObject({ values: ['done'], completed: true });
    expect(gone.completed).toBe(true);
    await until(closed, pass);
  });

  it('without draining tells the others what became of their asks', async () => {
    const { nodes, pass } = cluster(['a', 'b']);
    nodes['a']!.spawn(id, () => new Subject());
    pass();
    const running = watchFor(nodes['b']!.send(id, 1));
    pass();
    const queued = watchFor(nodes['b']!.send(id, 2));
    pass();
    await until(nodes['a']!.close({ drain: false }), pass);
    pass();
    expect(running.error).toMatchObject({ code: 'BrokerClosed', started: true });
    expect(queued.error).toMatchObject({ code: 'BrokerClosed', started: false });
  });

  it('without draining ends its own messages that are on their way, and counts each of them once', async () => {
    const { nodes, pass } = cluster(['a', 'b']);
    nodes['b']!.spawn(id, () => new Subject());
    pass();
    const running = watchFor(nodes['a']!.send(id, 1));
    pass();
    const underWay = watchFor(nodes['a']!.send(id, 2));
    nodes['a']!.trySend(id, 3);
    await until(nodes['a']!.close({ drain: false }), pass);
    expect([running, underWay].map(({ error }) => (error as { code: string }).code)).toEqual(['BrokerClosed', 'BrokerClosed']);
    const { totalSent, totalDelivered, totalFailed, ...metrics } = nodes['a']!.metrics();
    expect(metrics).toMatchObject({ pending: 0, inFlight: 0, openRequests: 0 });
    expect([totalSent, totalDelivered + totalFailed]).toEqual([3, 3]);
  });

  it('waits for the promises of onStop', async () => {
    const { nodes, pass } = cluster(['a', 'b']);
    let stopped!: () => void;
    nodes['a']!.spawn(id, { receive: () => undefined, onStop: () => new Promise<void>((resolve) => (stopped = resolve)) });
    pass();
    let isClosed = false;
    const closed = nodes['a']!.close().then(() => (isClosed = true));
    pass(1_000);
    await new Promise((resolve) => setTimeout(resolve));
    expect(isClosed).toBe(false);
    stopped();
    await until(closed, pass);
    expect(isClosed).toBe(true);
  });

  it('leaves no timer behind', async () => {
    const { nodes, pass, scheduler } = cluster(['a', 'b']);
    nodes['a']!.spawn(id, () => 1);
    pass();
    watchFor(nodes['b']!.send(id, 1));
    pass();
    await until(Promise.all([nodes['a']!.close(), nodes['b']!.close()]), pass);
    pass(20_000);
    expect(scheduler.actions).toEqual([]);
  });
});

describe('a node that is fenced', () => {
  it('closes, and handles nothing more: another node may own its ids', () => {
    const { network, nodes, pass } = cluster(['a', 'b'], { lease: 1_000 });
    const got: string[] = [];
    nodes['a']!.spawn(id, () => void got.push('a'));
    pass();
    network.stop('a');
    nodes['b']!.trySend(id, 1);
    pass(1_000);
    const taken = nodes['b']!.spawn(id, () => void got.push('b'));
    pass();
    expect(taken.closed).toBe(false);
    network.resume('a');
    pass(1_000);
    expect(nodes['a']!.isRegistered(id)).toBe(false);
    expect(nodes['a']!.trySend(id, 2)).toMatchObject({ ok: false, code: 'BrokerClosed' });
    nodes['b']!.trySend(id, 3);
    expect(got).toEqual(['b']);
  });

  it('returns as another node', () => {
    const { network, nodes, join, pass } = cluster(['a', 'b'], { lease: 1_000 });
    network.kill('a');
    pass(1_000);
    const again = join('a');
    again.spawn(id, () => 'again');
    pass();
    const seen = watchFor(nodes['b']!.send(id, 1));
    pass();
    expect(seen.values).toEqual(['again']);
    expect(nodes['b']!.nodeOf(id)).toBe('a~2');
  });
});

describe('clusterMetrics', () => {
  it('counts an ask that failed on its way to an actor once: where its actor is, or here if it never got there', async () => {
    const { nodes, pass } = cluster(['a', 'b']);
    const mailbox = Mailbox.bounded<unknown>(2);
    nodes['a']!.register(id, mailbox);
    pass();
    const b = nodes['b']!;
    const [first] = [1, 2].map((message) => watchFor(b.send(id, message, { timeout: 50 })));
    watchFor(b.send(id, 'refused'));
    pass();
    first!.subscription.unsubscribe();
    watchFor(b.send(id, 'not sent')).subscription.unsubscribe();
    pass(100);
    expect(b.metrics()).toMatchObject({ totalSent: 4, failedBy: { Cancelled: 2, MailboxFull: 1, Timeout: 1 } });
    const all = b.clusterMetrics();
    pass();
    expect(await all).toMatchObject({ totalSent: 4, totalFailed: 4, failedBy: { Cancelled: 2, MailboxFull: 1, Timeout: 1 }, pending: 0, totalDeadLettered: 2 });
  });

  it('counts every message once, whichever nodes it went through', async () => {
    const { nodes, pass } = cluster(['a', 'b', 'c']);
    const Shop = protocol('shop', { fine: message<{ n: number }, number>(), broken: message<{ n: number }, number>() });
    nodes['a']!.spawn(id, Shop, {
      fine: () => 1,
      broken: () => {
        throw new Error('no');
      },
    });
    nodes['b']!.spawn(actorId('b'), () => {});
    pass();
    for (const node of Object.values(nodes)) {
      watchFor(node.send(id, Shop.fine({ n: 1 })));
      watchFor(node.send(id, Shop.broken({ n: 1 })));
      node.trySend(actorId('nobody'), 1);
    }
    nodes['c']!.tryBroadcast('all');
    pass(1_000);
    const sum = await until(nodes['a']!.clusterMetrics(), pass);
    expect(sum).toMatchObject({
      ...{ nodeCount: 3, registeredActors: 2, totalSent: 11, totalDelivered: 8, totalFailed: 3, pending: 0, inFlight: 0 },
      ...{ totalSucceeded: 4, totalErrored: 4, badFrames: 0, openRequests: 0, failedBy: { ActorNotFound: 3 } },
    });
  });

  it('does not wait for a node that goes', async () => {
    const { network, nodes, pass } = cluster(['a', 'b'], { lease: 1_000 });
    network.kill('b');
    const sum = nodes['a']!.clusterMetrics();
    pass(1_000);
    expect(await until(sum, pass)).toMatchObject({ nodeCount: 1 });
  });

  it('rejects if a node does not answer in time', async () => {
    const { network, nodes, pass } = cluster(['a', 'b'], { lease: 60_000 }, { requestTimeout: 500 });
    network.stop('b');
    const sum = nodes['a']!.clusterMetrics();
    pass(500);
    await expect(until(sum, pass)).rejects.toMatchObject({ code: 'Timeout' });
  });

  it('rejects when the broker closes before all have answered, and after that', async () => {
    const { network, nodes, pass } = cluster(['a', 'b'], { lease: 60_000 }, { requestTimeout: 60_000 });
    network.stop('b');
    const open = nodes['a']!.clusterMetrics();
    void nodes['a']!.close({ drain: false });
    pass();
    await expect(until(open, pass)).rejects.toMatchObject({ code: 'BrokerClosed' });
    await expect(nodes['a']!.clusterMetrics()).rejects.toMatchObject({ code: 'BrokerClosed' });
  });

  it('does not end early for a timeout that is longer than any timer', async () => {
    const { nodes, pass } = cluster(['a', 'b'], { latency: 100 }, { requestTimeout: 2 ** 40 });
    pass(1_000);
    const sum = nodes['a']!.clusterMetrics();
    pass(1_000);
    expect(await until(sum, pass)).toMatchObject({ nodeCount: 2 });
  });
});
