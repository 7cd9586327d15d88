import { firstValueFrom, type Observable } from 'rxjs';
import { InMemoryMessageBroker, Mailbox, type ActorId } from 'rx-broker';
import { distinctHandlers, distinctRepliers, type Tally } from '../harness/handlers';
import { interleave, type Timing } from '../harness/interleave';
import type { Measure } from '../harness/measure';
import type { Bench, Part } from '../harness/part';
import { median } from '../harness/statistics';
import type { Work } from '../harness/work';
import { alone } from '../workloads/alone';
import { actorCount, ask, checkCounted, idsOf, operations, tell } from '../workloads/sending';
import { until } from '../workloads/until';

const row = (work: string, value: number, stated: number, note: string): Measure => ({
  work,
  subject: 'rx-broker',
  value,
  unit: 'ns',
  stated,
  note,
});

function lookUp(): Work {
  const broker = new InMemoryMessageBroker();
  const ids = idsOf(actorCount);
  for (const id of ids) broker.register(id, Mailbox.unbounded());
  let found = 0;
  return {
    name: 'isRegistered',
    operations,
    run() {
      for (let index = 0; index < operations; index++) if (broker.isRegistered(ids[index & (actorCount - 1)]!)) found++;
    },
    arrived: () => found,
  };
}

/** Fills mailboxes that have no consumer, then gives them one: what a message takes to be queued, and to be taken out and handled. */
async function queueing({ effort }: Bench): Promise<Measure[]> {
  const each = 1000;
  const total = each * actorCount;
  const enqueue: number[] = [];
  const handling: number[] = [];
  const rounds = effort === 'full' ? 400 : 150;
  for (let round = 0; round < rounds; round++) {
    const tally: Tally = { arrived: 0, sum: 0 };
    const broker = new InMemoryMessageBroker();
    const ids = idsOf(actorCount);
    const mailboxes = ids.map((id) => {
      const mailbox = Mailbox.bounded<number>(each);
      broker.register(id, mailbox);
      return mailbox;
    });
    const handlers = distinctHandlers(actorCount, tally);
    const start = process.hrtime.bigint();
    for (let index = 0; index < total; index++) broker.trySend(ids[index & (actorCount - 1)]!, index);
    const filled = process.hrtime.bigint();
    if (broker.metrics().pending !== total) throw new Error(`${total} were sent, ${broker.metrics().pending} are queued.`);
    const draining = process.hrtime.bigint();
    mailboxes.forEach((mailbox, index) => {
      mailbox.receive(handlers[index]!);
    });
    await until(() => tally.arrived === total);
    const drained = process.hrtime.bigint();
    checkCounted('queueing', broker, total);
    // The first rounds teach the engine.
    if (round < rounds / 4) continue;
    enqueue.push(Number(filled - start) / total);
    handling.push(Number(drained - draining) / total);
  }
  return [
    row('mailbox enqueue', median(enqueue), 181, 'trySend to an actor that cannot take it yet'),
    row('actor processing', median(handling), 400, 'out of the queue, through a synchronous handler'),
  ];
}

/** The cost of `send` beyond `trySend`, and of a round trip as a whole. */
async function replies(bench: Bench): Promise<Measure[]> {
  const [asked, told] = (await interleave([ask(actorCount), tell(actorCount)], bench.effort)) as [Timing, Timing];
  const difference = median(asked.rounds.map((ns, round) => ns - told.rounds[round]!));
  return [
    row('result return', difference, 106, 'send().subscribe() less a trySend of the same run'),
    row('total round trip', asked.ns, 737, 'send().subscribe(); less than the sum: an idle actor is not queued for'),
    row('trySend, handled', told.ns, 181, 'an idle actor has handled it when it returns'),
  ];
}

/** A round trip as a promise, which settles in a microtask. */
function awaited(): Work {
  const rounds = 2048;
  const broker = new InMemoryMessageBroker();
  const ids: readonly ActorId[] = idsOf(actorCount);
  distinctRepliers(actorCount).forEach((handler, index) => broker.spawn(ids[index]!, handler));
  let arrived = 0;
  return {
    name: 'await firstValueFrom(send())',
    operations: rounds,
    async run() {
      for (let index = 0; index < rounds; index++) {
        const actor = index & (actorCount - 1);
        const reply = await firstValueFrom(broker.send(ids[actor]!, index) as Observable<number>);
        if (reply !== index + actor) throw new Error(`${index} was answered by ${reply}.`);
        arrived++;
      }
    },
    arrived: () => checkCounted('await', broker, arrived),
  };
}

export const referenceLatency: Part = {
  title: 'Reference: latency breakdown',
  about: 'The rows of the reference beside the numbers that it states. 16 actors in turn, each with a handler of its own.',
  cases: {
    lookUp: async (bench) => [row('routing look-up', (await alone(bench, lookUp())).ns, 50, 'isRegistered, one of 16')],
    queueing,
    replies,
    awaited: async (bench) => [row('the same, awaited', (await alone(bench, awaited())).ns, 737, 'await firstValueFrom(send())')],
  },
};
