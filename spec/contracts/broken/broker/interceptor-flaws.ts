import type { BrokerOptions, Interceptor } from 'rx-broker';
import { type BrokerFlaw, optionsFlaw } from './broker-flaw';

/** Options with each interceptor changed. */
const withInterceptors =
  (change: (interceptor: Interceptor) => Interceptor) =>
  ({ interceptors, ...options }: BrokerOptions): BrokerOptions =>
    interceptors === undefined ? options : { ...options, interceptors: interceptors.map(change) };

/** Options with `send` of each interceptor changed, where there is one. */
const withSends = (change: (send: NonNullable<Interceptor['send']>) => Interceptor['send']) =>
  withInterceptors(({ send, ...rest }) => ({ ...rest, ...(send !== undefined && { send: change(send) }) }));

/** Options with `handle` of each interceptor changed, where there is one. */
const withHandles = (change: (handle: NonNullable<Interceptor['handle']>) => Interceptor['handle']) =>
  withInterceptors(({ handle, ...rest }) => ({ ...rest, ...(handle !== undefined && { handle: change(handle) }) }));

/** Brokers with a flaw in how they call interceptors. */
export const INTERCEPTOR_FLAWS: readonly BrokerFlaw[] = [
  optionsFlaw('calls its interceptors from the last to the first', ['the first one first', 'first one outermost'], ({ interceptors, ...options }) =>
    interceptors === undefined ? options : { ...options, interceptors: [...interceptors].reverse() },
  ),
  optionsFlaw('shows a message twice', ['sees every message once', 'is redelivered once more'], withSends((send) => (outgoing) => {
    send(outgoing);
    return send(outgoing);
  })),
  optionsFlaw('sends what it was given, not what an interceptor made of it', ['what the one before has left'], withSends((send) => (outgoing) => void send(outgoing))),
  optionsFlaw('does not say in whose turn a message is sent', ['the envelope of that turn'], withSends((send) => ({ parent: _parent, ...outgoing }) => send(outgoing))),
  optionsFlaw('sends what an interceptor refuses', ['refuses the message with Rejected'], withSends((send) => (outgoing) => {
    try {
      return send(outgoing);
    } catch {
      return undefined;
    }
  })),
  optionsFlaw('calls no interceptor around a turn', ['around every turn once', 'in place of the handler'], withHandles(() => (_message, _context, next) => next() as unknown)),
  optionsFlaw('lets an interceptor call next as often as it likes', ['calls next twice'], withHandles((handle) => (message, context, next) => {
    let reply: { readonly value: unknown } | undefined;
    return handle(message, context, () => (reply ??= { value: next() }).value) as unknown;
  })),
];
