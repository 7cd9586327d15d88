import { Mailbox, type Registration, actorId } from 'rx-broker';
import { ClaimRefused, DistributedMessageBroker } from 'rx-broker/distributed';
import { describe, expect, it } from 'vitest';
import { watchFor } from '../broker/setup';
import { cluster, quiet } from './setup';

const id = actorId<any>('x');

/** What becomes of `ready`. It is a real promise, so it is read after a macrotask. */
async function readinessOf({ ready }: Registration): Promise<unknown> {
  let state: unknown = 'waiting';
  ready.then(
    () => (state = 'ready'),
    (error: unknown) => (state = error),
  );
  await new Promise((resolve) => setTimeout(resolve));
  return state;
}

describe('registering in a cluster', () => {
  it('works at once here, and is ready when the claim is won', async () => {
    const { nodes, pass } = cluster(['a', 'b'], { latency: 5 });
    const registration = nodes['a']!.spawn(id, (n: number) => n + 1);
    expect(watchFor(nodes['a']!.send(id, 1)).values).toEqual([2]);
    expect(await readinessOf(registration)).toBe('waiting');
    expect(nodes['b']!.isRegistered(id)).toBe(false);
    pass(10);
    expect(await readinessOf(registration)).toBe('ready');
    pass(5);
    expect(nodes['b']!.isRegistered(id)).toBe(true);
    expect([nodes['a']!.nodeOf(id), nodes['b']!.nodeOf(id)]).toEqual(['a~1', 'a~1']);
  });

  it('of two racing nodes lets exactly one win; the loser ends, and both have the same view', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { nodes, pass } = cluster(['a', 'b', 'c'], { latency: [0, 30], loss: 0.2, seed });
      const names = ['a', 'b'];
      const registrations = names.map((name) => nodes[name]!.spawn(id, () => name));
      pass(20_000);
      const ready = await Promise.all(registrations.map(readinessOf));
      const won = ready.indexOf('ready');
      expect(ready.filter((state) => state === 'ready')).toHaveLength(1);
      expect(ready[1 - won]).toMatchObject({ name: 'BrokerError', code: 'AlreadyRegistered' });
      expect(registrations[1 - won]!.closed).toBe(true);
      for (const node of Object.values(nodes)) expect([node.nodeOf(id), node.actorIds()]).toEqual([`${names[won]}~1`, [id]]);
      const seen = watchFor(nodes[names[1 - won]!]!.send(id, 'who?'));
      pass(20_000);
      expect(seen.values).toEqual([names[won]]);
    }
  });

  it('of an id that another node is known to own throws at once', () => {
    const { nodes, pass } = cluster(['a', 'b']);
    nodes['a']!.spawn(id, () => {});
    pass();
    expect(() => nodes['b']!.spawn(id, () => {})).toThrow(expect.objectContaining({ code: 'AlreadyRegistered' }) as Error);
  });

  it('frees the id when the actor ends, for every node', async () => {
    const { nodes, pass } = cluster(['a', 'b', 'c']);
    nodes['a']!.spawn(id, () => 'a').unsubscribe();
    const again = nodes['a']!.spawn(id, () => 'again');
    pass();
    expect(await readinessOf(again)).toBe('ready');
    const ended = watchFor(nodes['c']!.watch(id));
    again.unsubscribe();
    pass();
    expect(ended.completed).toBe(true);
    expect(await readinessOf(nodes['b']!.spawn(id, () => 'b'))).toBe('waiting');
    pass();
    const seen = watchFor(nodes['c']!.send(id, 1));
    pass();
    expect(seen.values).toEqual(['b']);
  });

  it('can take the id of a node that has died', async () => {
    const { network, nodes, pass } = cluster(['a', 'b'], { lease: 1_000 });
    nodes['a']!.spawn(id, () => 'a');
    pass();
    network.kill('a');
    pass(1_000);
    const registration = nodes['b']!.spawn(id, () => 'b');
    pass();
    expect(await readinessOf(registration)).toBe('ready');
  });

  it('waits for the network while that is away', async () => {
    const { network, nodes, pass } = cluster(['a', 'b'], { lease: 60_000 });
    network.cut('a');
    const registration = nodes['a']!.spawn(id, () => 'a');
    pass(5_000);
    expect(await readinessOf(registration)).toBe('waiting');
    network.heal('a');
    pass(2_000);
    expect(await readinessOf(registration)).toBe('ready');
    expect(nodes['b']!.isRegistered(id)).toBe(true);
  });

  it('does not say that it is ready when the broker closes, or its node is fenced, before the claim is decided', async () => {
    const { network, nodes, pass } = cluster(['a', 'b'], { lease: 1_000 });
    network.cut('a');
    const [fenced, ended] = [nodes['a']!.spawn(id, () => 'a'), nodes['a']!.spawn(actorId('ended'), () => 'a')];
    ended.unsubscribe();
    pass(5_000);
    expect(await readinessOf(fenced)).toMatchObject({ name: 'BrokerError', code: 'BrokerClosed' });
    expect(await readinessOf(ended)).toBe('ready');
    const closed = nodes['b']!.spawn(id, () => 'b');
    void nodes['b']!.close({ drain: false });
    expect(await readinessOf(closed)).toMatchObject({ name: 'BrokerError', code: 'BrokerClosed' });
  });

  it('is for the node of the actor alone to undo and to bind', () => {
    const { nodes, pass } = cluster(['a', 'b']);
    nodes['a']!.spawn(id, () => {});
    pass();
    const notFound = expect.objectContaining({ name: 'BrokerError', code: 'NotFound' }) as Error;
    expect(() => nodes['b']!.unregister(id)).toThrow(notFound);
    expect(() => nodes['b']!.bind('topic', id)).toThrow(notFound);
  });

  it('tells nodes that come later, with closed mailboxes and bindings', () => {
    const { nodes, join, pass } = cluster(['a']);
    const mailbox = Mailbox.bounded<unknown>(1);
    nodes['a']!.register(actorId('closed'), mailbox, { topics: ['work'] });
    nodes['a']!.spawn(id, () => 'x', { topics: ['work'] });
    mailbox.close();
    pass();
    const late = join('late');
    pass();
    expect(late.actorIds()).toEqual(['closed', id]);
    expect(late.bindings()).toEqual([
      { topic: 'work', id: 'closed' },
      { topic: 'work', id },
    ]);
    expect(late.trySend(actorId('closed'), 1)).toMatchObject({ ok: false, code: 'ActorStopped' });
    const routed = watchFor(late.sendWithRouting({ topic: 'work' }, 1));
    pass();
    expect(routed.values).toEqual(['x']);
  });

  it('tells other nodes when a mailbox is closed, so that they refuse what it would refuse', () => {
    const { nodes, letters, pass } = cluster(['a', 'b']);
    const mailbox = Mailbox.bounded<unknown>(1);
    nodes['a']!.register(id, mailbox);
    pass();
    expect(nodes['b']!.trySend(id, 'before')).toEqual({ ok: true });
    mailbox.close();
    pass();
    expect(nodes['b']!.trySend(id, 'after')).toMatchObject({ ok: false, code: 'ActorStopped' });
    expect(letters.map(({ message }) => message)).toContain('after');
  });

  it('is over with `using` at the end of a block', () => {
    const { nodes } = cluster(['a']);
    const registration = nodes['a']!.spawn(id, () => {});
    const { dispose } = Symbol as { readonly dispose?: symbol };
    if (dispose !== undefined) (registration as unknown as Record<symbol, () => void>)[dispose]!();
    else registration.unsubscribe();
    expect(nodes['a']!.isRegistered(id)).toBe(false);
  });
});

describe('a claim', () => {
  /** A node whose claims the transport rejects with the errors in turn. Without one left, it decides them. */
  const reject = (...errors: readonly Error[]) => {
    const { network, scheduler, nodes, pass } = cluster(['other']);
    const transport = network.transport('a');
    const claim = transport.claim.bind(transport);
    const left = [...errors];
    let claims = 0;
    const broker = new DistributedMessageBroker(
      Object.assign(transport, {
        claim: (name: string): PromiseLike<string> => {
          claims++;
          const error = left.shift();
          return error === undefined ? claim(name) : claim('elsewhere').then(() => Promise.reject(error));
        },
      }),
      { scheduler, logDeadLetters: false },
    );
    return { broker, other: nodes['other']!, pass, claims: () => claims };
  };

  it('that is refused for good ends the actor, and ready says why', async () => {
    const cause = new Error('permission denied');
    const { broker, other, pass, claims } = reject(new ClaimRefused('x', { cause }));
    const registration = broker.spawn(id, () => 'a');
    const seen = watchFor(broker.watch(id));
    pass();
    await new Promise((resolve) => setTimeout(resolve));
    expect(await readinessOf(registration)).toMatchObject({ name: 'ClaimRefused', id: 'x', cause });
    expect([registration.closed, seen.completed, broker.isRegistered(id)]).toEqual([true, true, false]);
    pass(60_000);
    expect(claims()).toBe(1);
    const again = broker.spawn(id, () => 'again');
    pass();
    expect(await readinessOf(again)).toBe('ready');
    expect(other.isRegistered(id)).toBe(true);
  });

  it('that fails otherwise is made again after a second, as long as its actor is there', async () => {
    const { broker, other, pass, claims } = reject(new Error('no leader'), new Error('no leader'));
    const registration = broker.spawn(id, () => 'a');
    for (const expected of [1, 2, 3]) {
      pass(expected === 1 ? 0 : 1_000);
      await new Promise((resolve) => setTimeout(resolve));
      expect(claims()).toBe(expected);
    }
    pass();
    expect(await readinessOf(registration)).toBe('ready');
    expect(other.isRegistered(id)).toBe(true);
  });
});

describe('a transport that throws where it must not', () => {
  it('keeps no actor from ending', () => {
    const { network, scheduler, pass } = cluster([]);
    const warnings: string[] = [];
    const transport = Object.assign(network.transport('a'), {
      release: () => {
        throw new Error('no release');
      },
    });
    const broker = new DistributedMessageBroker(transport, { scheduler, logger: { ...quiet, warn: (text: string) => void warnings.push(text) } });
    broker.spawn(id, () => 'a');
    pass();
    const seen = watchFor(broker.watch(id));
    broker.unregister(id);
    expect([seen.completed, broker.isRegistered(id), warnings]).toEqual([true, false, ['rx-broker: release of the transport threw:']]);
  });
});

describe('ready of a broker', () => {
  it('resolves when the actors of the nodes that were there are known', async () => {
    const { nodes, join, pass } = cluster(['a'], { latency: 10 });
    for (let n = 0; n < 500; n++) nodes['a']!.spawn(actorId(`actor ${n}`), () => {});
    pass(100);
    const late = join('late');
    let known: number | undefined;
    void late.ready.then(() => (known = late.registeredCount()));
    for (let ms = 0; ms < 100 && known === undefined; ms++) {
      pass(1);
      await new Promise((resolve) => setTimeout(resolve));
    }
    expect(known).toBe(500);
  });
});
