import { connect } from '@nats-io/transport-node';
import { actorId } from 'rx-broker';
import { DistributedMessageBroker } from 'rx-broker/distributed';
import { natsTransport } from 'rx-broker/transports/nats';

/** The process at the other end: what answers asks and bare requests, and counts tells and bare messages. */
const servers = process.argv[2]!;
const connection = await connect({ servers, noAsyncTraces: true });
const broker = new DistributedMessageBroker(await natsTransport(connection));
await broker.ready;

/** How many tells, and bare messages, have come. */
const counts = { ours: 0, bare: 0 };
await broker.spawn(actorId('echo'), (message: { n: number }) => ({ n: message.n + 1 }), { concurrency: 4096 }).ready;
await broker.spawn(actorId('sink'), () => void counts.ours++).ready;
connection.subscribe('bare.echo', { callback: (_error, message) => void message.respond(JSON.stringify({ n: message.json<{ n: number }>().n + 1 })) });
connection.subscribe('bare.sink', {
  callback: (_error, message) => {
    message.json();
    counts.bare++;
  },
});
// Bare answers of a thousand, and a thousand actors.
const crowd = Array.from({ length: 1000 }, (_, index) => index);
for (const index of crowd) {
  broker.spawn(actorId(`crowd-${index}`), (message: { n: number }) => ({ n: message.n + index }));
  connection.subscribe('bare.crowd', { callback: (_error, message) => void message.respond(JSON.stringify({ n: message.json<{ n: number }>().n + index })) });
}
await connection.flush();

process.on('message', () => process.send!(counts));
process.send!(counts);
