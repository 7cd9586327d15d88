import type { Listener } from '../listener';
import { ModelInterceptors, type ModelOutgoing } from '../model-interceptors';
import { ModelMessage } from '../model-message';
import { ModelSender } from '../model-sender';
import { ModelSignals } from '../model-signals';
import { type Fault, patch, patchGetter } from './fault';

/** Faults in offers, signals and interceptors. */
export const SENDING_FAULTS: readonly Fault[] = [
  {
    name: 'an offer that counts as a request',
    breakIt: () =>
      patchGetter(ModelMessage, 'isRequest', function () {
        return this.asked;
      }),
  },
  { name: 'an offer whose sender waits on when the mailbox has taken it', breakIt: () => patch(ModelSender, 'taken', () => () => undefined) },
  {
    name: 'an offer that is still asked when the mailbox has taken it',
    breakIt: () =>
      patch(ModelSender, 'taken', (taken) => function (message: ModelMessage, caller: Listener) {
        taken.call(this, message, caller);
        message.caller = caller;
      }),
  },
  { name: 'a signal that ends nothing', breakIt: () => patch(ModelSignals, 'follow', () => () => undefined) },
  {
    name: 'a message that is sent although an interceptor refuses it',
    breakIt: () =>
      patch(ModelInterceptors, 'refuse', (refuse) => function (outgoing: ModelOutgoing) {
        refuse.call(this, outgoing);
        return false;
      }),
  },
];
