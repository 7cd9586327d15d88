import { connect } from '@nats-io/transport-node';
import { type NatsTransportOptions, natsTransport } from 'rx-broker/transports/nats';
import { patient, Recorder } from './nats-nodes';
import { answering, block, given, tell } from './spec-program';

/** The program of a `NodeProcess`: a node that does what it is asked, and tells what it is told. */
const [servers, options] = given as [string, NatsTransportOptions];
const transport = await natsTransport(connect({ ...patient, servers }), options);
const told = new Recorder();
const add = told.log.add.bind(told.log);
told.log.add = (event) => {
  add(event);
  tell(event);
};

const started = transport.start(told);

answering({
  id: async () => {
    await started;
    return transport.nodeId;
  },
  claim: (id: string) => transport.claim(id),
  block,
});
