import { DistributedMessageBroker } from 'rx-broker/distributed';
import { type MessagePortLike, messagePortTransport } from 'rx-broker/transports/message-port';
import { NEVER, range } from 'rxjs';
import { Counter, counterId } from './counter';

/** What a worker of these specs does. `port` leads to its owner. */
export function serveCounter(port: MessagePortLike): void {
  const broker = new DistributedMessageBroker(messagePortTransport(port), { logDeadLetters: false });
  let wasAborted = false;
  broker.spawn(counterId, Counter, {
    double: ({ n }) => 2 * n,
    countTo: ({ n }) => range(1, n),
    wait: (_message, { signal }) => {
      signal.addEventListener('abort', () => (wasAborted = true));
      return NEVER;
    },
    wasAborted: () => wasAborted,
    fail: () => {
      throw new RangeError('no such number');
    },
    sum: ({ bytes }) => bytes.reduce((sum, byte) => sum + byte, 0),
    notSendable: () => () => {},
    hang: () => {
      for (;;) Math.random();
    },
    crash: () => {
      setTimeout(() => {
        throw new Error('crashed on purpose');
      });
      return NEVER;
    },
    leave: () => void broker.close(),
  }, { concurrency: 10 });
}
