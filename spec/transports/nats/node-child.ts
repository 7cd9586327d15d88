import { connect } from '@nats-io/transport-node';
import { type NatsTransportOptions, natsTransport } from 'rx-broker/transports/nats';
import { patient, Recorder } from './nats-nodes';
import type { Asked } from './node-process';

/** The program of a `NodeProcess`: a node that does what it is asked, and tells what it was told. */
const [servers, options] = process.argv.slice(2) as [string, string];
const connection = await connect({ ...patient, servers: servers.split(',') });
const transport = await natsTransport(connection, JSON.parse(options) as NatsTransportOptions);
const told = new Recorder();
const add = told.log.add.bind(told.log);
told.log.add = (event) => {
  add(event);
  process.send!({ told: event });
};

process.on('message', (asked: Asked) => {
  switch (asked.kind) {
    case 'claim':
      return void transport.claim(asked.id).then(
        (owner) => process.send!({ answer: owner, count: asked.count }),
        (error: unknown) => process.send!({ answer: String(error), count: asked.count }),
      );
    case 'send':
      return void process.send!({ answer: transport.send(asked.to, asked.batch), count: asked.count });
    case 'block': {
      // The event loop stands still.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, asked.ms);
      return void process.send!({ answer: 'blocked', count: asked.count });
    }
    case 'close':
      return void transport.close().then(() => process.send!({ answer: 'closed', count: asked.count }));
  }
});

await transport.start(told);
process.send!({ id: transport.nodeId });
