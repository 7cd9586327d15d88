import { type RouteTarget, Mailbox, actorId, consistentHash, leastLoaded, random, roundRobin } from 'rx-broker';
import { NEVER, firstValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setupStill as setup, watchFor } from './setup';

const ids = ['a', 'b', 'c'].map((name) => actorId<any>(name));
const [a, b] = ids as [(typeof ids)[0], (typeof ids)[0]];
const routingFailed = expect.objectContaining({ name: 'BrokerError', code: 'RoutingFailed' }) as Error;

describe('bind', () => {
  it('throws NotFound for an unknown id (T2)', () => {
    const { broker } = setup();
    expect(() => broker.bind('a', a)).toThrow(expect.objectContaining({ code: 'NotFound' }));
  });

  it('ends by unsubscribe, once, and with the actor (T2, R2)', () => {
    const { broker } = setup();
    broker.spawn(a, () => {});
    const first = broker.bind('n', a);
    const second = broker.bind('n', a);
    expect(broker.publish('n', 0)).toBe(1);
    first.unsubscribe();
    first.unsubscribe();
    expect(broker.publish('n', 0)).toBe(1);
    second.unsubscribe();
    expect(broker.publish('n', 0)).toBe(0);
    const third = broker.bind('n', a);
    broker.unregister(a);
    broker.spawn(a, () => {});
    broker.bind('n', a);
    third.unsubscribe();
    expect(broker.publish('n', 0)).toBe(1);
  });

  it('is made by register and spawn, too (T2)', () => {
    const { broker } = setup();
    broker.register(a, Mailbox.bounded(5), { topics: ['x', 'y.*'] });
    broker.spawn(b, () => {}, { topics: ['y.>'] });
    expect(broker.publish('x', 0)).toBe(1);
    expect(broker.publish('y.z', 0)).toBe(2);
  });
});

describe('sendWithRouting', () => {
  it('asks one of the bound actors, in turns by default (T2)', async () => {
    const { broker } = setup();
    for (const id of ids) broker.spawn(id, () => id, { topics: ['work'] });
    const picked: unknown[] = [];
    for (let i = 0; i < 6; i++) picked.push(await firstValueFrom(broker.sendWithRouting({ topic: 'work' }, i) as never));
    expect(picked).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
    expect(broker.metrics().totalSent).toBe(6);
  });

  it('counts an actor that is bound twice as one target (T2)', () => {
    const { broker } = setup();
    broker.spawn(a, () => 'a', { topics: ['work', 'work', '*', '>'] });
    broker.spawn(b, () => 'b', { topics: ['work'] });
    const picked = [0, 1, 2, 3].flatMap(() => watchFor(broker.sendWithRouting({ topic: 'work' }, 0)).values);
    expect(picked).toEqual(['a', 'b', 'a', 'b']);
  });

  it('passes over a mailbox that is closed, also one that was routed to before (T2, M6)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded(1);
    mailbox.receive(() => 'a');
    broker.register(a, mailbox, { topics: ['work'] });
    broker.spawn(b, () => 'b', { topics: ['work'] });
    const pick = (): unknown => watchFor(broker.sendWithRouting({ topic: 'work' }, 0)).values[0];
    expect([pick(), pick(), pick()]).toEqual(['a', 'b', 'a']);
    mailbox.close();
    expect([pick(), pick()]).toEqual(['b', 'b']);
  });

  it('takes its priority from the key, and says the topic in the envelope (T2)', () => {
    const { broker } = setup();
    broker.spawn(a, (_message, { envelope }) => [envelope.priority, envelope.topic] as never, { topics: ['work'] });
    expect(watchFor(broker.sendWithRouting({ topic: 'work', priority: 255 }, 0)).values).toEqual([['critical', 'work']]);
    expect(watchFor(broker.sendWithRouting({ topic: 'work' }, 0, { priority: 'low' })).values).toEqual([['low', 'work']]);
  });

  it('routes anew at every subscription (S1)', () => {
    const { broker } = setup();
    const reply$ = broker.sendWithRouting({ topic: 'work' }, 0);
    expect(watchFor(reply$).error).toEqual(routingFailed);
    broker.spawn(a, () => 'a', { topics: ['work'] });
    expect(watchFor(reply$).values).toEqual(['a']);
  });

  it("uses the user's own router, and sees its targets' load (T2)", () => {
    const calls: unknown[] = [];
    const { broker } = setup({
      router: {
        route(key, targets, message) {
          calls.push([key, targets.map(({ id, size, inFlight }) => ({ id, size, inFlight })), message]);
          return b;
        },
      },
    });
    broker.spawn(a, () => NEVER, { topics: ['work'] });
    broker.spawn(b, () => 'b', { topics: ['work'] });
    broker.trySend(a, 1);
    broker.trySend(a, 2);
    expect(watchFor(broker.sendWithRouting({ topic: 'work' }, 'it')).values).toEqual(['b']);
    expect(calls).toEqual([
      [
        { topic: 'work' },
        [
          { id: 'a', size: 1, inFlight: 1 },
          { id: 'b', size: 0, inFlight: 0 },
        ],
        'it',
      ],
    ]);
  });

  it("shows a router's kept targets as they are, also to a handler of a publication (T2, D0)", () => {
    let kept: readonly RouteTarget[] = [];
    const { broker } = setup({ router: { route: (_key, targets) => (kept = targets)[0]!.id } });
    const seen: unknown[] = [];
    broker.spawn(a, () => void seen.push(kept.map(({ size, inFlight }) => [size, inFlight])), { topics: ['t'] });
    broker.spawn(b, () => void seen.push(kept.map(({ size, inFlight }) => [size, inFlight])), { topics: ['t'] });
    watchFor(broker.sendWithRouting({ topic: 't' }, 'routed'));
    broker.publish('t', 'published');
    expect(seen.slice(1)).toEqual([[[0, 1], [1, 0]], [[0, 0], [0, 1]]]);
  });

  it('says why there is no route: no actor is bound, the router throws, or picks another id; and goes on (T2)', () => {
    const cause = new Error('no idea');
    let answer: () => any = () => { throw cause; };
    const { broker, letters } = setup({ router: { route: () => answer() } });
    const route = (): ReturnType<typeof watchFor> => watchFor(broker.sendWithRouting({ topic: 't' }, 0));
    expect(route().error).toMatchObject({ code: 'RoutingFailed', reason: "no open actor is bound to 't'; bind one first" });
    broker.spawn(a, () => 'a', { topics: ['t'] });
    expect(route().error).toMatchObject({ code: 'RoutingFailed', reason: "the router threw for 't'", cause });
    answer = () => 'stranger';
    expect(route().error).toMatchObject({ code: 'RoutingFailed', reason: "the router picked 'stranger' for 't', which is not a target" });
    answer = () => a;
    expect(route().values).toEqual(['a']);
    expect(broker.metrics()).toMatchObject({ totalSent: 4, failedBy: { NoRoute: 3 } });
    expect(letters).toHaveLength(3);
  });

  it('asks no router once the broker closes (T2, §7)', () => {
    let calls = 0;
    const { broker } = setup({ router: { route: (_key, targets) => (calls++, targets[0]!.id) } });
    broker.spawn(a, () => NEVER, { topics: ['t'] });
    broker.trySend(a, 'runs');
    void broker.close({ timeout: Infinity });
    expect(watchFor(broker.sendWithRouting({ topic: 't' }, 0)).error).toMatchObject({ code: 'BrokerClosed' });
    expect(calls).toBe(0);
    void broker.close({ drain: false });
  });

  it('keeps the options of a message without a route (T2, O4)', () => {
    const { broker, letters } = setup();
    watchFor(broker.sendWithRouting({ topic: 'nowhere', priority: 'high' }, 0, { headers: { trace: '1' } }));
    expect(letters).toMatchObject([{ reason: 'NoRoute', topic: 'nowhere', headers: { trace: '1' }, priority: 'high', asked: true }]);
  });

  it.each([
    ['roundRobin', roundRobin()],
    ['random', random(7)],
    ['leastLoaded', leastLoaded()],
    ['consistentHash', consistentHash((n: number) => String(n))],
  ])('reaches every target with %s (T2)', (_name, router) => {
    const { broker } = setup({ router });
    for (const id of ids) broker.spawn(id, () => id, { topics: ['work'] });
    const picked = new Set(Array.from({ length: 50 }, (_, n) => watchFor(broker.sendWithRouting({ topic: 'work' }, n)).values[0]));
    expect([...picked].sort()).toEqual(['a', 'b', 'c']);
  });
});

describe('matching', () => {
  it('costs no more for 100,000 other bindings (T3)', () => {
    const { broker } = setup();
    broker.spawn(a, () => {}, { topics: ['orders.*.paid'] });
    const publish = (): number => {
      const start = performance.now();
      for (let n = 0; n < 5_000; n++) broker.publish(`orders.${n}.paid`, n);
      return performance.now() - start;
    };
    publish();
    const alone = publish();
    for (let n = 0; n < 100_000; n++) broker.bind(`other.${n}.*`, a);
    // One comparison with each would make it 1,000 times as long.
    expect(publish()).toBeLessThan(50 * alone + 50);
  });

  it('finds every pattern that matches, and no other (T3, T1)', () => {
    const { broker } = setup();
    const patterns = ['a.b', 'a.*', '*.b', '*.*', 'a.>', '>', 'a', 'a.b.c', '*', 'b.*', 'a.b.>'];
    const got: string[] = [];
    for (const pattern of patterns) broker.spawn(actorId<any>(pattern), () => void got.push(pattern), { topics: [pattern] });
    broker.publish('a.b', 0);
    expect(got.sort()).toEqual(['a.b', 'a.*', '*.b', '*.*', 'a.>', '>'].sort());
  });
});
