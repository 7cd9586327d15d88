import { actorId } from 'rx-broker';
import { NEVER } from 'rxjs';
import { known, NatsBrokers } from './nats-brokers';
import { answering, block, given, tell } from './spec-program';
import { SeenOnce } from './steady-load';
import type { BrokerProcessOptions } from './broker-process';

/** The program of a `BrokerProcess`: a broker that does what it is asked. */
const [servers, options] = given as [string, BrokerProcessOptions];
const joined = new NatsBrokers().join(servers, options);
const seen = new SeenOnce();

void joined.then(({ broker }) => void broker.events$.subscribe({ complete: () => tell('closed') }));

answering({
  id: async () => (await joined).broker.nodeId,
  /** Answers each number with the next one, at once or never. */
  spawn: async (id: string, isAnswering: boolean) => {
    const { broker } = await joined;
    await broker.spawn(actorId<number>(id), (n: number) => (isAnswering ? seen.see(n) : (seen.see(n), NEVER)), { concurrency: 10_000 }).ready;
    return 'ready';
  },
  spawnMany: async (count: number) => {
    const { broker } = await joined;
    const ready: Promise<void>[] = [];
    for (let i = 0; i < count; i++) {
      ready.push(broker.spawn(actorId<number>(`many ${i}`), (n: number) => seen.see(n)).ready);
      // All in one piece would block the event loop of a busy machine for longer than a lease.
      if (i % 1000 === 0) await new Promise(setImmediate);
    }
    await Promise.all(ready);
    return broker.registeredCount();
  },
  register: async (ids: string[]) => {
    const { broker } = await joined;
    // A node that knows already that another one has the id refuses it at the call.
    const register = async (id: string): Promise<void> => broker.spawn(actorId(id), () => 0).ready;
    return Promise.all(ids.map((id) => register(id).then(() => true, () => false)));
  },
  nodesOf: async (ids: string[]) => {
    const { broker } = await joined;
    for (const id of ids) await known(broker, actorId(id));
    return ids.map((id) => broker.nodeOf(id));
  },
  seen: () => ({ count: seen.count, twice: seen.twice }),
  registeredCount: async () => (await joined).broker.registeredCount(),
  close: async () => {
    await (await joined).broker.close({ drain: true, timeout: 20_000 });
    return 'closed';
  },
  block,
});
