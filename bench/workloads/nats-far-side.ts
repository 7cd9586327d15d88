import { connect } from '@nats-io/transport-node';
import { actorId, type Registration } from 'rx-broker';
import { DistributedMessageBroker } from 'rx-broker/distributed';
import { natsTransport } from 'rx-broker/transports/nats';
import type { FarAnswer, FarCounts, FarOrder, FarQuestion } from './nats-ends';

/** The process at the other end: what answers asks and bare requests, and counts tells and bare messages. */
const { servers, isFirst, crowd } = JSON.parse(process.argv[2]!) as FarOrder;
const connection = await connect({ servers, noAsyncTraces: true });
const broker = new DistributedMessageBroker(await natsTransport(connection), { logDeadLetters: false });
await broker.ready;

/** How many tells, and bare messages, have come. */
const counts = { ours: 0, bare: 0 };
if (isFirst) {
  await broker.spawn(actorId('echo'), (message: { n: number }) => ({ n: message.n + 1 }), { concurrency: 4096 }).ready;
  await broker.spawn(actorId('sink'), () => void counts.ours++).ready;
  connection.subscribe('bare.echo', { callback: (_error, message) => void message.respond(JSON.stringify({ n: message.json<{ n: number }>().n + 1 })) });
  connection.subscribe('bare.sink', {
    callback: (_error, message) => {
      message.json();
      counts.bare++;
    },
  });
}
// Of each of the crowd an actor, and a bare client that answers.
for (const index of crowd) {
  broker.spawn(actorId(`crowd-${index}`), (message: { n: number }) => ({ n: message.n + index }));
  connection.subscribe('bare.crowd', { callback: (_error, message) => void message.respond(JSON.stringify({ n: message.json<{ n: number }>().n + index })) });
}
await connection.flush();

let more: readonly Registration[] = [];
const answers: Record<FarQuestion['kind'], (question: FarQuestion) => Promise<FarCounts>> = {
  count: async () => counts,
  async spawn({ ids = [] }) {
    more = ids.map((id) => broker.spawn(actorId(id), () => 0));
    await Promise.all(more.map(({ ready }) => ready));
    return counts;
  },
  async release() {
    for (const registration of more) registration.unsubscribe();
    more = [];
    return counts;
  },
};
process.on('message', (question: FarQuestion) => void answers[question.kind](question).then((answer) => process.send!(answer satisfies FarAnswer)));
process.send!(counts);
