import { ServiceBroker } from 'moleculer';

/** A node of Moleculer at the other end, as its guide has it: an action that answers, and an event that is counted. */
const broker = new ServiceBroker({ nodeID: 'far', transporter: process.argv[2]!, logger: false });
let count = 0;
broker.createService({
  name: 'echo',
  actions: { ask: (context) => ({ n: (context.params as { n: number }).n + 1 }) },
  events: { sink: () => void count++ },
});
await broker.start();

process.on('message', () => process.send!(count));
process.send!(count);
