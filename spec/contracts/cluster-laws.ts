import { type SendError, actorId } from 'rx-broker';
import type { DistributedMessageBroker } from 'rx-broker/distributed';
import { NEVER } from 'rxjs';
import { expect } from 'vitest';
import { expectConserved, watchFor } from '../broker/setup';
import type { Law } from './law';

/** Nodes of a distributed broker whose connections a law can break. Times are of the broker. */
export interface ClusterUnderLaw {
  /** At least two. */
  readonly nodes: readonly DistributedMessageBroker[];
  /** The milliseconds after which a node that is not heard of is gone. */
  readonly lease: number;
  /** Lets everything go on that can. What is held up by a severed connection stays. */
  settle(): Promise<void>;
  pass(ms: number): Promise<void>;
  /** Lets time pass without settling: a severed connection may keep the network busy. */
  elapse(ms: number): Promise<void>;
  until<T>(promise: PromiseLike<T>): Promise<T>;
  /** Severs a node from all others, or joins it again. */
  sever(node: number): void;
  heal(node: number): void;
  /** Ends a node without a goodbye. */
  kill(node: number): void;
  end?(): Promise<void>;
}

/** Makes new nodes. Called for each law. */
export type CreateCluster = () => ClusterUnderLaw | Promise<ClusterUnderLaw>;

/** A law. After its own check the figures of O2 hold on each node. */
function clusterLaw(name: string, work: (under: ClusterUnderLaw) => Promise<void>): Law<CreateCluster> {
  return {
    name,
    async check(create) {
      const under = await create();
      try {
        await work(under);
        for (const node of under.nodes) expectConserved(node.metrics());
        for (const node of under.nodes) await under.until(node.close({ drain: false }));
        for (const node of under.nodes) expect(node.metrics()).toMatchObject({ pending: 0, inFlight: 0, openRequests: 0, registeredActors: 0 });
      } finally {
        await under.end?.();
      }
    },
  };
}

const id = actorId<any>('actor');

/** What a sender knows of each of its messages, and how often it was handled. */
class Account {
  readonly #handled = new Map<string, number>();
  /** What the sender was told: `taken` (a tell), `replied`, or how far it got. */
  readonly #told = new Map<string, 'taken' | 'replied' | boolean | 'unknown'>();

  handle(message: string): string {
    this.#handled.set(message, (this.#handled.get(message) ?? 0) + 1);
    return `reply to ${message}`;
  }

  tell(node: DistributedMessageBroker, to: typeof id, message: string): void {
    this.#told.set(message, node.trySend(to, message).ok ? 'taken' : false);
  }

  ask(node: DistributedMessageBroker, to: typeof id, message: string): void {
    node.send(to, message, { timeout: Infinity }).subscribe({
      next: (reply) => {
        expect([reply, this.#told.get(message)]).toEqual([`reply to ${message}`, undefined]);
        this.#told.set(message, 'replied');
      },
      error: (error: unknown) => this.#told.set(message, (error as SendError).started),
    });
  }

  /** How many messages there are of which the sender does not know whether they were handled. */
  get unknown(): number {
    return [...this.#told.values()].filter((told) => told === 'unknown').length;
  }

  /** Checks that every message was handled as often as its sender may believe. Returns how many were handled. */
  check(sent: number): number {
    expect(this.#told.size, 'messages whose end is known').toBe(sent);
    for (const [message, told] of this.#told) {
      const count = this.#handled.get(message) ?? 0;
      if (told === 'taken' || told === 'replied' || told === true) expect(count, `${message}: ${String(told)}`).toBe(1);
      else if (told === false) expect(count, `${message}: not started`).toBe(0);
      else expect(count, `${message}: unknown`).toBeLessThanOrEqual(1);
    }
    return [...this.#handled.values()].reduce((sum, count) => sum + count, 0);
  }
}

/** The laws of a cluster: what is added to those of any broker by nodes that can be reached, and cannot. */
export const CLUSTER_LAWS: readonly Law<CreateCluster>[] = [
  clusterLaw('while all nodes live, every message that was taken is handled exactly once, through a severed connection too (delivery)', async ({ nodes, lease, settle, elapse, sever, heal }) => {
    const account = new Account();
    const ids = nodes.map((_, number) => actorId<any>(`actor ${number}`));
    nodes.forEach((node, number) => node.spawn(ids[number]!, (message: string) => account.handle(message), { capacity: 10_000 }));
    await settle();
    let sent = 0;
    for (let round = 0; round < 12; round++) {
      if (round === 4) sever(0);
      if (round === 6) heal(0);
      for (const [from, node] of nodes.entries()) {
        for (const to of ids) {
          for (let number = 0; number < 5; number++) {
            const message = `${from} to ${to}, ${round}.${number}`;
            if (number % 2 === 0) account.ask(node, to, message);
            else account.tell(node, to, message);
            sent++;
          }
        }
      }
      for (const node of nodes) expectConserved(node.metrics());
      await elapse(round === 5 ? lease / 2 : 10);
      for (const node of nodes) expectConserved(node.metrics());
    }
    await settle();
    const handled = account.check(sent);
    expect(handled).toBe(sent);
  }),
  clusterLaw('a node that closes loses nothing: what it took is handled and answered, what it did not is refused, and every sender knows which (§7)', async ({ nodes, settle, elapse, until }) => {
    const account = new Account();
    const [home] = nodes as [DistributedMessageBroker];
    home.spawn(id, async (message: string) => {
      await Promise.resolve();
      return account.handle(message);
    }, { capacity: 10_000 });
    await settle();
    let sent = 0;
    let closing: Promise<void> | undefined;
    for (let round = 0; round < 12; round++) {
      if (round === 4) closing = home.close({ timeout: Infinity });
      for (const [from, node] of nodes.entries()) {
        for (let number = 0; number < 5; number++) {
          const message = `${from}, ${round}.${number}`;
          if (number % 2 === 0) account.ask(node, id, message);
          else account.tell(node, id, message);
          sent++;
        }
      }
      await elapse(10);
    }
    await until(closing!);
    await settle();
    const handled = account.check(sent);
    expect(handled).toBeGreaterThanOrEqual(nodes.length * 20);
    expect(account.unknown).toBe(0);
  }),
  clusterLaw('the asks of a node that is killed are cancelled where their actors are (S3)', async ({ nodes, lease, settle, pass, kill }) => {
    const caller = nodes.at(-1)!;
    const [home] = nodes as [DistributedMessageBroker];
    const signals: AbortSignal[] = [];
    home.spawn(id, (_message, { signal }) => {
      signals.push(signal);
      return NEVER;
    });
    await settle();
    for (const message of ['running', 'queued']) watchFor(caller.send(id, message, { timeout: Infinity }));
    await settle();
    expect(home.metrics()).toMatchObject({ inFlight: 1, pending: 1 });
    kill(nodes.length - 1);
    await pass(lease * 2);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(home.metrics()).toMatchObject({ inFlight: 0, pending: 0, totalAborted: 1, failedBy: { Cancelled: 1 } });
  }),
  clusterLaw('the metrics of the cluster count every message once (O2)', async ({ nodes, settle, until }) => {
    const [home, caller] = nodes as [DistributedMessageBroker, DistributedMessageBroker];
    home.spawn(id, (message) => {
      if (message === 'fail') throw new Error('no');
      return 'reply';
    }, { capacity: 2 });
    await settle();
    for (const node of [home, caller]) {
      watchFor(node.send(id, 'ask'));
      watchFor(node.send(id, 'fail'));
      await settle();
      node.trySend(id, 'tell');
      node.trySend(actorId('nobody'), 'lost');
      watchFor(node.broadcast('to all'));
      await settle();
    }
    const metrics = await until(caller.clusterMetrics());
    expectConserved(metrics);
    expect(metrics).toMatchObject({ totalSent: 10, totalDelivered: 8, totalSucceeded: 6, totalErrored: 2, totalFailed: 2, failedBy: { ActorNotFound: 2 }, registeredActors: 1, pending: 0, inFlight: 0, openRequests: 0 });
    expect(await until(home.clusterMetrics())).toMatchObject({ totalSent: 10, totalDelivered: 8, totalFailed: 2 });
  }),
  clusterLaw('nodes$ tells the nodes that are there at once, then each change; nodeOf says where an actor is (membership)', async ({ nodes, settle, until }) => {
    const [home, caller] = nodes as [DistributedMessageBroker, DistributedMessageBroker];
    home.spawn(id, () => {});
    await settle();
    const seen = watchFor(caller.nodes$);
    const idsOf = (list: unknown): string[] => (list as readonly { readonly nodeId: string }[]).map(({ nodeId }) => nodeId).sort();
    const all = nodes.map(({ nodeId }) => nodeId).sort();
    expect(seen.values.map(idsOf)).toEqual([all]);
    expect([caller.nodeOf(id), home.nodeOf(id), caller.nodeOf('nobody')]).toEqual([home.nodeId, home.nodeId, undefined]);
    await until(home.close());
    await settle();
    expect(idsOf(seen.values.at(-1))).toEqual(all.filter((nodeId) => nodeId !== home.nodeId));
    expect([caller.nodeOf(id), caller.isRegistered(id)]).toEqual([undefined, false]);
  }),
  clusterLaw('a node that is killed is gone when its lease has ended: its actors end, and what is open fails with NodeUnavailable, unknown (bounds)', async ({ nodes, lease, settle, pass, kill }) => {
    const [home, caller] = nodes as [DistributedMessageBroker, DistributedMessageBroker];
    home.spawn(id, () => NEVER);
    await settle();
    const running = watchFor(caller.send(id, 'running', { timeout: Infinity }));
    await settle();
    kill(0);
    const late = watchFor(caller.send(id, 'late', { timeout: Infinity }));
    const ends = watchFor(caller.watch(id));
    caller.trySend(id, 'told');
    await pass(lease * 2);
    for (const seen of [running, late]) expect(seen).toMatchObject({ values: [], error: { name: 'SendError', code: 'NodeUnavailable', started: 'unknown', actorId: id } });
    expect([ends.completed, caller.isRegistered(id)]).toEqual([true, false]);
    expect(caller.metrics()).toMatchObject({ pending: 0, inFlight: 0, openRequests: 0 });
    const registration = caller.spawn(id, () => 'the next');
    await settle();
    expect([registration.closed, watchFor(caller.send(id, 'ask'))]).toMatchObject([false, {}]);
    const next = watchFor(nodes.at(-1)!.send(id, 'ask'));
    await settle();
    expect(next.values).toEqual(['the next']);
  }),
  clusterLaw('a node that is severed for longer than its lease is gone for the others, and fences itself: it handles nothing any more (fencing)', async ({ nodes, lease, settle, pass, sever, heal }) => {
    const [home, caller] = nodes as [DistributedMessageBroker, DistributedMessageBroker];
    const got: unknown[] = [];
    home.spawn(id, (message) => void got.push(message));
    await settle();
    sever(0);
    const asked = watchFor(caller.send(id, 'ask', { timeout: Infinity }));
    await pass(lease * 2);
    expect(asked.error).toMatchObject({ name: 'SendError' });
    expect(caller.isRegistered(id)).toBe(false);
    caller.spawn(id, () => 'the next');
    heal(0);
    await pass(lease);
    const next = watchFor(caller.send(id, 'ask'));
    await settle();
    expect([next.values, got]).toEqual([['the next'], []]);
  }),
];
