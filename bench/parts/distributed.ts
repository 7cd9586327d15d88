import { VirtualTimeScheduler } from 'rxjs';
import { type ActorId, InMemoryMessageBroker, actorId } from 'rx-broker';
import { DistributedMessageBroker, jsonOrDevalue } from 'rx-broker/distributed';
import { createNetwork } from 'rx-broker/testing';
import { against } from '../harness/against';
import type { Measure } from '../harness/measure';
import type { Case, Part } from '../harness/part';
import { bytesKept } from '../harness/retained';
import type { Work } from '../harness/work';

const echo = actorId<any>('echo');
/** A remote actor's ids, for its memory. */
const CROWD: readonly ActorId[] = Array.from({ length: 10_000 }, (_, index) => actorId(`crowd-${String(index)}`));

/** Two nodes in one process, in a time of their own: what is due happens in `pass`. */
interface Pair {
  readonly near: DistributedMessageBroker;
  readonly far: DistributedMessageBroker;
  pass(): void;
}

function pair(): Pair {
  const scheduler = new VirtualTimeScheduler();
  const network = createNetwork({ scheduler });
  const [near, far] = ['near', 'far'].map((name) => new DistributedMessageBroker(network.transport(name), { scheduler, logDeadLetters: false })) as [
    DistributedMessageBroker,
    DistributedMessageBroker,
  ];
  const pass = (): void => {
    scheduler.schedule(() => undefined, 0);
    scheduler.maxFrames = scheduler.frame;
    scheduler.flush();
  };
  pass();
  return { near, far, pass };
}

/** Asks the other node, so many at once. Without a timeout, since virtual time sorts all actions for each new one. */
function asks(atOnce: number): Work {
  const { near, far, pass } = pair();
  far.spawn(echo, ({ n }: { n: number }) => ({ n: n + 1 }), { capacity: atOnce });
  pass();
  const operations = 2_048;
  let arrived = 0;
  return {
    name: 'send',
    operations,
    run() {
      for (let done = 0; done < operations; done += atOnce) {
        for (let n = 0; n < atOnce; n++) {
          near.send(echo, { n }, { timeout: Infinity }).subscribe((reply: any) => {
            if (reply.n !== n + 1) throw new Error(`${String(reply.n)} is no reply to ${String(n)}.`);
            arrived++;
          });
        }
        pass();
      }
    },
    arrived: () => arrived,
  };
}

/** The same as text, there and back: what any link must do. */
function texts(): Work {
  const operations = 2_048;
  let arrived = 0;
  return {
    name: 'JSON there and back',
    operations,
    run() {
      for (let n = 0; n < operations; n++) {
        const there = JSON.parse(JSON.stringify({ n })) as { n: number };
        const back = JSON.parse(JSON.stringify({ n: there.n + 1 })) as { n: number };
        if (back.n === n + 1) arrived++;
      }
    },
    arrived: () => arrived,
  };
}

const askRow =
  (atOnce: number): Case =>
  async (bench) => [await against(bench, { work: `ask, ${atOnce.toLocaleString('en')} in flight`, ours: asks(atOnce), floor: texts() })];

/** Encodes and decodes a payload again and again. */
function coding(name: string, payload: unknown, code: (payload: unknown) => unknown): Work {
  const operations = 2_048;
  let arrived = 0;
  return {
    name,
    operations,
    run() {
      for (let index = 0; index < operations; index++) if (code(payload) !== undefined) arrived++;
    },
    arrived: () => arrived,
  };
}

const throughJson = (payload: unknown): unknown => JSON.parse(JSON.stringify(payload));
const throughCodec = (payload: unknown): unknown => {
  const [codec, data] = jsonOrDevalue.encode(payload);
  return jsonOrDevalue.decode([codec, throughJson(data)]);
};

const codecRow =
  (work: string, payload: unknown): Case =>
  async (bench) => [await against(bench, { work, ours: coding('the codec, and JSON', payload, throughCodec), floor: coding('JSON alone', payload, throughJson) })];

const order = { id: 'order-1', sku: 'apple', count: 3, price: 12.5, tags: ['a', 'b'] };

/** Tells an actor of the same node. */
function tells(name: string, broker: InMemoryMessageBroker | DistributedMessageBroker): Work {
  const operations = 8_192;
  let arrived = 0;
  broker.spawn(echo, () => void arrived++);
  return {
    name,
    operations,
    run() {
      for (let index = 0; index < operations; index++) broker.trySend(echo, index);
    },
    arrived: () => arrived,
  };
}

/** What a node keeps of an actor that another node has: two nodes of which one knows the other's actors, less two that have none. */
function knownActor(): Measure {
  const made = (count: number): number =>
    bytesKept(() => {
      const nodes = pair();
      // The actor itself, on its own node.
      for (const id of CROWD.slice(0, count)) nodes.far.spawn(id, () => undefined);
      nodes.pass();
      if (nodes.near.registeredCount() !== count) throw new Error('Not all are known.');
      return nodes;
    });
  const local = bytesKept(() => {
    const broker = new InMemoryMessageBroker();
    for (const id of CROWD) broker.spawn(id, () => undefined);
    return broker;
  });
  const value = (made(CROWD.length) - made(0) - local) / CROWD.length;
  return { work: 'an actor of another node, on both', subject: 'rx-broker', value, unit: 'bytes', note: 'without what it takes in one process' };
}

export const distributed: Part = {
  title: 'Between two nodes in one process',
  about: 'Over `createNetwork`, in virtual time: the work of link and codec, without a wire.',
  cases: {
    ask1: askRow(1),
    ask64: askRow(64),
    ask1024: askRow(1_024),
    json: codecRow('a payload that JSON carries', order),
    devalue: async (bench) => {
      const dated = { ...order, at: new Date(0) };
      return [await against(bench, { work: 'a payload with a date', ours: coding('the codec, and JSON', dated, throughCodec), floor: coding('JSON of its text', { ...order, at: '' }, throughJson) })];
    },
    local: async (bench) => {
      const { near } = pair();
      return [await against(bench, { work: '`trySend` on one node', ours: tells('of two nodes', near), floor: tells('alone', new InMemoryMessageBroker()) })];
    },
    memory: () => [knownActor()],
  },
};
