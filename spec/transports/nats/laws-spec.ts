import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll } from 'vitest';
import { messageBrokerLaws } from '../../contracts/message-broker-laws';
import { describeWithServer } from './describe-with-server';
import { natsNodes, OVER_NATS } from './law-nodes';
import { NatsNodes } from './nats-nodes';
import { NatsServer } from './nats-server';

describeWithServer('a broker of several nodes', () => {
  let server: NatsServer;
  let connections: readonly NatsConnection[];
  const nodes = new NatsNodes();
  beforeAll(async () => {
    server = await NatsServer.start();
    connections = await Promise.all(Array.from({ length: 4 }, () => nodes.connect({ servers: server.url })));
  });
  afterAll(async () => {
    await nodes.close();
    await server.close();
  });

  messageBrokerLaws('of 2 nodes over NATS', natsNodes(() => connections.slice(0, 2)), OVER_NATS);
  messageBrokerLaws('of 4 nodes over NATS', natsNodes(() => connections), OVER_NATS);
});
