import { actorId, message, protocol } from 'rx-broker';

/** What the workers of these specs are asked. */
export const Counter = protocol('counter', {
  double: message<{ n: number }, number>(),
  countTo: message<{ n: number }, number>(),
  wait: message<void, string>(),
  wasAborted: message<void, boolean>(),
  fail: message<void, number>(),
  sum: message<{ bytes: Uint8Array }, number>(),
  notSendable: message<void, unknown>(),
  hang: message<void, number>(),
  crash: message<void, number>(),
  leave: message<void, void>(),
});

export const counterId = actorId(Counter);
