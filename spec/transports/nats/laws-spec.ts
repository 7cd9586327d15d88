import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll } from 'vitest';
import { messageBrokerLaws } from '../../contracts/message-broker-laws';
import { describeWithServer } from './describe-with-server';
import { natsNodes, OVER_NATS } from './law-nodes';
import { NatsNodes } from './nats-nodes';
import { NatsServer } from './nats-server';

describeWithServer('a broker', () => {
  let server: NatsServer;
  let connections: readonly NatsConnection[];
  const nodes = new NatsNodes();
  beforeAll(async () => {
    server = await NatsServer.start();
    connections = [await nodes.connect({ servers: server.url }), await nodes.connect({ servers: server.url })];
  });
  afterAll(async () => {
    await nodes.close();
    await server.close();
  });

  messageBrokerLaws('over NATS', natsNodes(() => connections), OVER_NATS);
});
