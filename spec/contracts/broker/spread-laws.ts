import { type MessageBroker, type SendError, actorId, topic } from 'rx-broker';
import { NEVER, merge } from 'rxjs';
import { expect } from 'vitest';
import { watchFor } from '../../broker/setup';
import { type BrokerLaw, brokerLaw } from './broker-under-law';

const ids = ['a', 'b', 'c'].map((name) => actorId<any>(name));
const [a, b, c] = ids as [(typeof ids)[0], (typeof ids)[0], (typeof ids)[0]];

/** The node for the actor of this index: one after the other. */
const placeOf = (nodes: readonly MessageBroker[], index: number): MessageBroker => nodes[index % nodes.length]!;

/** Begins to register an actor that answers with its node's number. Returns what became of it. */
function claim(node: MessageBroker, number: number): { readonly ready: PromiseLike<unknown> } {
  try {
    return { ready: node.spawn(a, () => number).ready.then(() => number, (error: unknown) => error) };
  } catch (error) {
    return { ready: Promise.resolve(error) };
  }
}

const refused = (): unknown => expect.objectContaining({ name: 'BrokerError', code: 'AlreadyRegistered' });

/** Sends to all, from each node in turn. `seen`: what each actor and each pair of streams was told. */
async function manyToAll(nodes: readonly MessageBroker[], settle: () => Promise<void>): Promise<{ readonly seen: readonly string[][]; readonly sent: readonly string[] }> {
  const seen: string[][] = [];
  const listener = (): ((message: unknown) => void) => {
    const list: string[] = [];
    seen.push(list);
    return (message) => void list.push(String(message));
  };
  for (const [index, id] of ids.entries()) placeOf(nodes, index).spawn(id, listener(), { topics: ['all'] });
  for (const node of nodes) merge(node.broadcasts$, node.topic$('all')).subscribe(listener());
  await settle();
  const sent: string[] = [];
  for (let number = 0; number < 12; number++) {
    const from = number % nodes.length;
    const message = `${from}: ${number}`;
    sent.push(message);
    if (number % 4 < 2) nodes[from]!.tryBroadcast(message);
    else nodes[from]!.publish('all', message);
  }
  await settle();
  return { seen, sent };
}

/** The laws of actors that are spread over all nodes, and of nodes that agree. With one node they hold, too. */
export const SPREAD_LAWS: readonly BrokerLaw[] = [
  brokerLaw('every message is handled exactly once, and those of one sender to one actor in their order (delivery)', async ({ nodes, settle, until }) => {
    const got = ids.map((): string[] => []);
    ids.forEach((id, index) => placeOf(nodes, index).spawn(id, (message: string) => {
      got[index]!.push(message);
      return `reply to ${message}`;
    }));
    await settle();
    const replies: unknown[] = [];
    const sent: string[] = [];
    for (let number = 0; number < 40; number++) {
      for (const [from, node] of nodes.entries()) {
        const message = `${from}: ${number}`;
        sent.push(message);
        for (const id of ids) {
          if (number % 2 === 0) node.send(id, message, { timeout: Infinity }).subscribe((reply) => replies.push(reply));
          else expect(node.trySend(id, message)).toEqual({ ok: true });
        }
      }
      if (number % 10 === 9) await settle();
    }
    const asked = watchFor(nodes[0]!.broadcast('last', { timeout: Infinity }));
    await until(new Promise<void>((resolve) => asked.subscription.add(resolve)));
    await settle();
    for (const one of got) {
      expect([...one].sort()).toEqual([...sent, 'last'].sort());
      for (const from of nodes.keys()) {
        expect(one.filter((message) => message.startsWith(`${from}:`))).toEqual(sent.filter((message) => message.startsWith(`${from}:`)));
      }
    }
    expect([...replies].sort()).toEqual(ids.flatMap(() => sent.filter((_, index) => Math.floor(index / nodes.length) % 2 === 0).map((message) => `reply to ${message}`)).sort());
  }),
  brokerLaw('every node knows every actor, and reaches it by its id, also in a turn (R1)', async ({ nodes, settle }) => {
    for (const [index, id] of ids.entries()) {
      placeOf(nodes, index).spawn(id, (message: string, context) => (message === 'ask the next' && id !== c ? context.send(ids[index + 1]!, message) : `I am ${id}`));
      await settle();
    }
    for (const node of nodes) {
      expect([node.actorIds(), node.registeredCount(), ids.map((id) => node.isRegistered(id))]).toEqual([ids, 3, [true, true, true]]);
      const seen = ids.map((id) => watchFor(node.send(id, 'who?')));
      const chained = watchFor(node.send(a, 'ask the next'));
      await settle();
      expect(seen.map(({ values }) => values)).toEqual([['I am a'], ['I am b'], ['I am c']]);
      expect(chained.values).toEqual(['I am c']);
    }
  }),
  brokerLaw('an id that a node has is refused to all others, in the call or by ready; its owner stays (R1)', async ({ home, nodes, settle, until }) => {
    home.spawn(a, () => 'the first');
    await settle();
    for (const [number, node] of nodes.entries()) expect(await until(claim(node, number).ready)).toEqual(refused());
    await settle();
    for (const node of nodes) {
      const seen = watchFor(node.send(a, 'who?'));
      await settle();
      expect(seen.values).toEqual(['the first']);
    }
    expect(home.metrics().registeredActors).toBe(1);
  }),
  brokerLaw('an id that another node has is refused in the call (R1)', async ({ home, broker, settle }) => {
    home.spawn(a, () => {});
    await settle();
    expect(() => broker.spawn(a, () => {})).toThrow(refused());
  }, { needs: ['oneRegistry'] }),
  brokerLaw('of those who register one id at once exactly one wins, and all nodes agree who it is (R1)', async ({ nodes, settle, until }) => {
    const claims = [...nodes, nodes[0]!].map((node, number) => claim(node, number));
    const results = await Promise.all(claims.map(({ ready }) => until(ready)));
    await settle();
    const winners = results.filter((result) => typeof result === 'number');
    expect([winners.length, results.filter((result) => typeof result !== 'number')]).toEqual([1, nodes.map(refused)]);
    for (const node of nodes) {
      const seen = watchFor(node.send(a, 'who?'));
      await settle();
      expect([seen.values, node.actorIds()]).toEqual([winners, [a]]);
    }
  }),
  brokerLaw('an id that is free again can be taken by any node, and all nodes reach the new one (R1, R2)', async ({ nodes, settle, until }) => {
    for (const [number, node] of [...nodes, ...nodes].entries()) {
      const registration = node.spawn(a, () => number);
      await until(registration.ready);
      await settle();
      const seen = nodes.map((from) => watchFor(from.send(a, 'who?')));
      await settle();
      expect(seen.map(({ values }) => values)).toEqual(nodes.map(() => [number]));
      registration.unsubscribe();
      await settle();
      expect(nodes.map((from) => from.isRegistered(a))).toEqual(nodes.map(() => false));
    }
  }),
  brokerLaw('a broadcast has one result for every actor of every node, and broadcasts$ of every node sees it once (R3, R4)', async ({ nodes, broker, settle }) => {
    const got: string[] = [];
    for (const [index, id] of ids.entries()) {
      placeOf(nodes, index).spawn(id, (message) => {
        got.push(`${id}: ${String(message)}`);
        return `reply of ${id}`;
      });
      await settle();
    }
    const observed = nodes.map((node) => watchFor(node.broadcasts$));
    await settle();
    const seen = watchFor(broker.broadcast('to all'));
    await settle();
    expect(seen).toMatchObject({ values: ids.map((id) => ({ actorId: id, ok: true, value: `reply of ${id}` })), completed: true });
    const some = watchFor(broker.broadcastFilter('to some', (id) => id !== b));
    await settle();
    expect(some.values).toMatchObject([{ actorId: a }, { actorId: c }]);
    expect([...got].sort()).toEqual(['a: to all', 'a: to some', 'b: to all', 'c: to all', 'c: to some']);
    for (const { values } of observed) expect(values).toEqual(['to all', 'to some']);
  }),
  brokerLaw('the broadcasts and publications of one node come everywhere once and in their order (R4)', async ({ nodes, settle }) => {
    const { seen, sent } = await manyToAll(nodes, settle);
    for (const list of seen) {
      for (const from of nodes.keys()) expect(list.filter((message) => message.startsWith(`${from}:`))).toEqual(sent.filter((message) => message.startsWith(`${from}:`)));
    }
  }),
  brokerLaw('the broadcasts and publications of all nodes come everywhere in one order (R4)', async ({ nodes, settle }) => {
    const { seen, sent } = await manyToAll(nodes, settle);
    for (const list of seen) expect(list).toEqual(sent);
  }, { needs: ['oneOrder'] }),
  brokerLaw('sendWithRouting takes turns among the actors of all nodes (T2)', async ({ nodes, broker, settle }) => {
    for (const [index, id] of ids.entries()) {
      placeOf(nodes, index).spawn(id, () => id, { topics: ['work'] });
      await settle();
    }
    const replies: unknown[] = [];
    for (let number = 0; number < 6; number++) {
      broker.sendWithRouting({ topic: 'work' }, number).subscribe((reply) => replies.push(reply));
      await settle();
    }
    expect([...replies].sort()).toEqual([a, a, b, b, c, c]);
  }),
  brokerLaw('a publication reaches every bound actor and every observer of every node once; what is retained, those who come later, too (T1, T4)', async ({ nodes, broker, settle }) => {
    const price = topic<number>('prices.eur');
    const got: string[] = [];
    for (const [index, id] of ids.entries()) placeOf(nodes, index).spawn(id, (message) => void got.push(`${id}: ${String(message)}`), { topics: ['prices.*', 'prices.eur'] });
    const early = nodes.map((node) => watchFor(node.topic$(price)));
    await settle();
    broker.publish(price, 1, { retain: true });
    await settle();
    broker.publish(price, 2);
    await settle();
    expect(early.map(({ values }) => values)).toEqual(nodes.map(() => [1, 2]));
    expect([...got].sort()).toEqual(['a: 1', 'a: 2', 'b: 1', 'b: 2', 'c: 1', 'c: 2']);
    for (const node of nodes) expect([node.retained(price), watchFor(node.topic$(price)).values]).toEqual([1, [1]]);
    broker.clearRetained(price);
    await settle();
    expect(nodes.map((node) => node.retained(price))).toEqual(nodes.map(() => undefined));
  }),
  brokerLaw('a circle of asks over all nodes fails at once, and names its path (O6)', async ({ nodes, broker, settle }) => {
    for (const [index, id] of ids.entries()) placeOf(nodes, index).spawn(id, (_message, context) => context.send(ids[(index + 1) % 3]!, 'next', { timeout: Infinity }) as never);
    await settle();
    const seen = watchFor(broker.send(a, 'first', { timeout: Infinity }));
    await settle();
    expect(seen.error).toMatchObject({ code: 'Deadlock', message: expect.stringMatching(/a.*b.*c/) as string });
    for (const node of nodes) expect(node.metrics()).toMatchObject({ inFlight: 0, pending: 0 });
  }),
  brokerLaw('headers and the sender go along from node to node, by what a turn asks and tells (S7)', async ({ nodes, broker, settle }) => {
    const seen: unknown[] = [];
    for (const [index, id] of ids.entries()) {
      placeOf(nodes, index).spawn(id, (message, context) => {
        seen.push([id, context.envelope.sender, context.envelope.headers]);
        if (id === c) return 'done';
        return message === 'ask' ? context.send(ids[index + 1]!, message) : void context.trySend(ids[index + 1]!, message);
      });
    }
    await settle();
    for (const message of ['ask', 'tell']) {
      seen.length = 0;
      broker.send(a, message, { headers: { trace: message } }).subscribe();
      await settle();
      expect(seen).toEqual([[a, undefined, { trace: message }], [b, a, { trace: message }], [c, b, { trace: message }]]);
    }
  }),
  brokerLaw('the actors of a node that closes are gone for all, and what ran there fails (§7)', async ({ home, broker, nodes, settle, until }) => {
    home.spawn(a, () => NEVER);
    await settle();
    const running = watchFor(broker.send(a, 'running', { timeout: Infinity }));
    const watchers = nodes.map((node) => watchFor(node.watch(a)));
    await settle();
    await until(home.close({ drain: false }));
    await settle();
    expect(running).toMatchObject({ values: [], errored: true, error: { name: 'SendError' } });
    // Where the news of the end is lost on the way, its caller knows less.
    expect([true, 'unknown']).toContain((running.error as SendError).started);
    expect(watchers.map(({ completed }) => completed)).toEqual(nodes.map(() => true));
    expect(nodes.map((node) => [node.isRegistered(a), node.actorIds()])).toEqual(nodes.map(() => [false, []]));
    const late = watchFor(broker.send(a, 'late'));
    await settle();
    expect(['ActorNotFound', 'BrokerClosed']).toContain((late.error as SendError).code);
  }),
];
