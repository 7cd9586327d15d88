import { parentPort } from 'node:worker_threads';
import { actorId } from 'rx-broker';
import { DistributedMessageBroker } from 'rx-broker/distributed';
import { messagePortTransport } from 'rx-broker/transports/message-port';

const broker = new DistributedMessageBroker(messagePortTransport(parentPort!));
broker.spawn(actorId('started'), () => undefined);
