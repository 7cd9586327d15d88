import { Mailbox, actorId } from 'rx-broker';
import { NEVER, Observable, Subject, take, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { watchFor } from '../broker/setup';
import { cluster } from './setup';

const id = actorId<any>('x');

describe('the timeout of an ask to another node', () => {
  it('runs where its actor is, so that started is exact', () => {
    const { nodes, letters, pass } = cluster(['a', 'b'], { latency: 30 });
    const mailbox = Mailbox.bounded<unknown>(5);
    mailbox.receive(() => NEVER);
    nodes['a']!.register(id, mailbox);
    pass(200);
    const running = watchFor(nodes['b']!.send(id, 'running', { timeout: 100 }));
    const queued = watchFor(nodes['b']!.send(id, 'queued', { timeout: 90 }));
    // There, 90, and back.
    pass(149);
    expect([running.errored, queued.errored, mailbox.size]).toEqual([false, false, 0]);
    pass(1);
    expect([running.errored, queued.errored]).toEqual([false, true]);
    pass(10);
    expect(running.error).toMatchObject({ code: 'Timeout', started: true });
    expect(queued.error).toMatchObject({ code: 'Timeout', started: false });
    expect(letters.map(({ message, reason, asked }) => [message, reason, asked])).toEqual([['queued', 'Timeout', true]]);
  });

  it('counts the time that the ask has waited to be sent', () => {
    const { network, nodes, pass } = cluster(['a', 'b'], { lease: 60_000 });
    let isAborted = false;
    nodes['a']!.spawn(id, (_message, { signal }) => {
      signal.addEventListener('abort', () => (isAborted = true));
      return NEVER;
    });
    pass();
    network.cut('b');
    watchFor(nodes['b']!.send(id, 1, { timeout: 1_000 }));
    pass(600);
    network.heal('b');
    pass(399);
    expect(isAborted).toBe(false);
    pass(2);
    expect(isAborted).toBe(true);
  });

  it('runs there for each target of a broadcast', () => {
    const { nodes, pass } = cluster(['a', 'b'], { latency: 30 });
    const ids = ['x', 'y', 'z'].map((name) => actorId<any>(name));
    for (const target of ids) nodes['a']!.spawn(target, () => NEVER);
    pass(200);
    const seen = watchFor(nodes['b']!.broadcast('all', { timeout: 100 }));
    pass(2_000);
    expect(seen.values).toEqual(ids.map((target) => expect.objectContaining({ actorId: target, error: expect.objectContaining({ code: 'Timeout', started: true }) })));
  });

  it('is over within a second more if the other node says nothing', () => {
    const { network, nodes, pass } = cluster(['a', 'b'], { lease: 60_000 });
    nodes['a']!.spawn(id, () => NEVER);
    pass();
    const seen = watchFor(nodes['b']!.send(id, 1, { timeout: 100 }));
    pass();
    network.stop('a');
    network.cut('a', 'b');
    pass(1_099);
    expect(seen.errored).toBe(false);
    pass(1);
    expect(seen.error).toMatchObject({ code: 'Timeout', started: 'unknown' });
  });

  it('ends an ask while the connection is away: not sent is ConnectionLost, safe to retry, and it never runs', () => {
    const { network, nodes, pass } = cluster(['a', 'b'], { lease: 60_000 });
    const got: unknown[] = [];
    nodes['a']!.spawn(id, (message) => {
      got.push(message);
      return NEVER;
    });
    pass();
    const sent = watchFor(nodes['b']!.send(id, 'sent', { timeout: 500 }));
    pass();
    network.cut('b');
    const unsent = watchFor(nodes['b']!.send(id, 'unsent', { timeout: 400 }));
    pass(400);
    expect(unsent.error).toMatchObject({ code: 'ConnectionLost', started: false });
    pass(100);
    expect(sent.error).toMatchObject({ code: 'Timeout', started: 'unknown' });
    network.heal('b');
    pass(5_000);
    expect(got).toEqual(['sent']);
  });

  it('keeps the ttl of a message', () => {
    const { nodes, letters, pass } = cluster(['a', 'b']);
    const mailbox = Mailbox.bounded<unknown>(5);
    nodes['a']!.register(id, mailbox);
    pass();
    nodes['b']!.trySend(id, 'stale', { ttl: 50 });
    pass(51);
    mailbox.receive(() => {});
    expect(letters.map(({ reason }) => reason)).toEqual(['Expired']);
  });
});

describe('cancelling an ask to another node', () => {
  it('aborts the signal there', () => {
    const { nodes, pass } = cluster(['a', 'b'], { latency: 3 });
    const signals: AbortSignal[] = [];
    nodes['a']!.spawn(id, (_message, { signal }) => {
      signals.push(signal);
      return NEVER;
    });
    pass(100);
    const { subscription } = watchFor(nodes['b']!.send(id, 1));
    pass(10);
    subscription.unsubscribe();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    pass(3);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(nodes['b']!.metrics()).toMatchObject({ pending: 0, openRequests: 0, failedBy: { Cancelled: 1 } });
  });

  it('before it has gone out sends nothing', () => {
    const { network, nodes, pass } = cluster(['a', 'b']);
    const got: unknown[] = [];
    nodes['a']!.spawn(id, (message) => void got.push(message));
    pass(1_000);
    const { sent } = network.counts;
    watchFor(nodes['b']!.send(id, 1)).subscription.unsubscribe();
    pass(1_000);
    expect([got, network.counts.sent]).toEqual([[], sent]);
  });

  it('of a streamed reply stops the stream after the values that were wanted', () => {
    const { nodes, pass } = cluster(['a', 'b']);
    let isOpen = false;
    nodes['a']!.spawn(
      id,
      () =>
        new Observable((subscriber) => {
          isOpen = true;
          subscriber.next(1);
          return () => (isOpen = false);
        }),
    );
    pass();
    const seen = watchFor(nodes['b']!.send(id, 'stream').pipe(take(1)));
    pass();
    expect([seen.values, isOpen]).toEqual([[1], false]);
    expect(nodes['b']!.metrics()).toMatchObject({ totalSucceeded: 1, inFlight: 0 });
  });

  it('reaches the asks that the turn made on a third node', () => {
    const { nodes, pass } = cluster(['a', 'b', 'c']);
    const inner = actorId<any>('inner');
    let isAborted = false;
    nodes['c']!.spawn(inner, (_message, { signal }) => {
      signal.addEventListener('abort', () => (isAborted = true));
      return NEVER;
    });
    nodes['b']!.spawn(id, (_message, context) => context.send(inner, 2) as never);
    pass();
    const { subscription } = watchFor(nodes['a']!.send(id, 1));
    pass();
    subscription.unsubscribe();
    pass();
    expect(isAborted).toBe(true);
  });
});

describe('a circle of asks over nodes', () => {
  it('is a deadlock, which names its path', () => {
    const { nodes, pass } = cluster(['a', 'b', 'c']);
    const [one, two, three] = ['one', 'two', 'three'].map((name) => actorId<any>(name));
    nodes['a']!.spawn(one!, (_message, context) => context.send(two!, 1) as never);
    nodes['b']!.spawn(two!, (_message, context) => context.send(three!, 2) as never);
    nodes['c']!.spawn(three!, (_message, context) => context.send(one!, 3) as never);
    pass();
    const seen = watchFor(nodes['b']!.send(one!, 0, { timeout: Infinity }));
    pass();
    expect(seen.error).toMatchObject({ code: 'Deadlock', message: expect.stringContaining('(one → two → three → one)') as string });
    pass();
    for (const node of Object.values(nodes)) expect(node.metrics()).toMatchObject({ pending: 0, inFlight: 0 });
  });

  it('is one too if it comes back to another actor of its node', () => {
    const { nodes, pass } = cluster(['a', 'b']);
    const [first, far, last] = ['first', 'far', 'last'].map((name) => actorId<any>(name));
    nodes['a']!.spawn(first!, (_message, context) => context.send(far!, 1) as never);
    nodes['b']!.spawn(far!, (_message, context) => context.send(last!, 2) as never);
    nodes['a']!.spawn(last!, (_message, context) => context.send(first!, 3) as never);
    pass();
    const seen = watchFor(nodes['a']!.send(first!, 0, { timeout: Infinity }));
    pass();
    expect(seen.error).toMatchObject({ code: 'Deadlock' });
  });

  it('that two chains of their own make is not found: both end by their timeouts, and started is exact', () => {
    const { nodes, pass } = cluster(['a', 'b']);
    const [one, two] = ['one', 'two'].map((name) => actorId<any>(name));
    nodes['a']!.spawn(one!, (_message, context) => context.send(two!, 'inner', { timeout: 500 }) as never);
    nodes['b']!.spawn(two!, (_message, context) => context.send(one!, 'inner', { timeout: 700 }) as never);
    pass();
    const [first, second] = [watchFor(nodes['a']!.send(one!, 0)), watchFor(nodes['b']!.send(two!, 0))];
    pass(499);
    expect([first.errored, second.errored]).toEqual([false, false]);
    pass(1);
    expect(first.error).toMatchObject({ code: 'Timeout', actorId: 'two', started: false });
    pass(2_000);
    expect(second.errored).toBe(true);
    for (const node of Object.values(nodes)) expect(node.metrics()).toMatchObject({ pending: 0, inFlight: 0, openRequests: 0 });
  });

  it('is none while an actor on it has a turn free', () => {
    const { nodes, pass } = cluster(['a', 'b']);
    const far = actorId<any>('far');
    nodes['a']!.spawn(id, (message, context) => (message === 'inner' ? 'done' : context.send(far, 1)) as never, { concurrency: 2 });
    nodes['b']!.spawn(far, (_message, context) => context.send(id, 'inner') as never);
    pass();
    const seen = watchFor(nodes['b']!.send(id, 'outer'));
    pass();
    expect(seen.values).toEqual(['done']);
  });

  it('is none while another turn of an actor on it waits for something else', () => {
    const { nodes, pass } = cluster(['a', 'b']);
    const far = actorId<any>('far');
    const busy = new Subject<string>();
    nodes['a']!.spawn(id, (message, context) => (message === 'busy' ? busy : message === 'inner' ? 'done' : context.send(far, 1)) as never, { concurrency: 2 });
    nodes['b']!.spawn(far, (_message, context) => context.send(id, 'inner') as never);
    pass();
    nodes['a']!.trySend(id, 'busy');
    const seen = watchFor(nodes['a']!.send(id, 'outer'));
    pass();
    expect(seen).toMatchObject({ values: [], errored: false });
    busy.complete();
    pass();
    expect(seen.values).toEqual(['done']);
  });

  it('is none through a turn that has been ended while the ask was under way, and that keeps its seat', () => {
    const { nodes, letters, pass } = cluster(['a', 'b'], { latency: 30 });
    const far = actorId<any>('far');
    nodes['a']!.spawn(id, (_message, context) => (watchFor(context.send(far, 1)), new Promise<never>(() => undefined)));
    nodes['b']!.spawn(far, (_message, context) => context.send(id, 'inner') as never);
    pass(200);
    const outer = watchFor(nodes['a']!.send(id, 'outer'));
    // The inner ask has left for this node.
    pass(45);
    outer.subscription.unsubscribe();
    pass(200);
    expect(letters).toEqual([]);
    expect(nodes['a']!.metrics().failedBy).toMatchObject({ Deadlock: 0, Cancelled: 2 });
  });
});

describe('a chain of asks over nodes', () => {
  it('is answered, however long it is', () => {
    const { nodes, pass } = cluster(['a', 'b'], {}, { requestTimeout: Infinity });
    const [here, there] = ['here', 'there'].map((name) => actorId<any>(name));
    for (const [node, own, next] of [['a', here, there], ['b', there, here]] as const) {
      nodes[node]!.spawn(own!, (left, context) => (left === 0 ? 'end' : context.send(next!, (left as number) - 1)) as never, { concurrency: 1_000 });
    }
    pass();
    const seen = watchFor(nodes['a']!.send(here!, 250));
    pass();
    expect(seen.values).toEqual(['end']);
  });

  it('may begin with a message that was told', () => {
    const { nodes, pass } = cluster(['a', 'b']);
    const far = actorId<any>('far');
    const got: unknown[] = [];
    nodes['a']!.spawn(id, (_message, context) => context.send(far, 1).pipe(tap((reply) => got.push(reply))));
    nodes['b']!.spawn(far, () => 'reply');
    pass();
    nodes['a']!.trySend(id, 0);
    pass();
    expect(got).toEqual(['reply']);
  });
});
