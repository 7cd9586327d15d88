import { jsonOrDevalue } from 'rx-broker/distributed';
import type { WorkerLike } from 'rx-broker/transports/message-port';
import { afterAll, beforeAll, describe } from 'vitest';
import { DISTRIBUTED } from '../../contracts/broker/distributed-nodes';
import { wiredNodes } from '../../contracts/broker/wired-nodes';
import { messageBrokerLaws } from '../../contracts/message-broker-laws';
import { startMiddle, throughWorker } from './through-worker';

// The handlers of the laws are closures, so both brokers are in the thread of this spec. Between them is a real worker, a thread of Node or a worker
// of Chromium: every batch crosses into it and back. As clones the worker is the hub of a star. As text it only passes on what the ports of the two
// ends say, so that these meet, and decide claims, by themselves.
describe('a broker', () => {
  let worker: WorkerLike;
  beforeAll(async () => {
    worker = await startMiddle();
  });
  afterAll(async () => {
    await worker.terminate();
  });

  messageBrokerLaws('over a hub in a worker, as clones', wiredNodes(async () => throughWorker(worker, 'hub')), DISTRIBUTED);
  messageBrokerLaws('over a port through a worker, as text', wiredNodes(async () => throughWorker(worker, 'wire'), { codec: jsonOrDevalue }), DISTRIBUTED);
});
