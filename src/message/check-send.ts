import { check, checkActorId, checkOneOf, checkOptions, checkTimeout, isObject } from '../failure/check';
import { laneOf } from './priority';
import type { BroadcastOptions, SendOptions, TellOptions } from './send-options';

/** Checks the options of a tell, and returns the message's lane. @throws {TypeError | RangeError} */
export function checkTell(options: TellOptions | undefined): number {
  if (options === undefined) return laneOf(undefined);
  checkOptions(options);
  const { ttl, sender, headers } = options;
  if (ttl !== undefined) checkTimeout(ttl, 'ttl');
  if (sender !== undefined) checkActorId(sender);
  if (headers !== undefined) checkOptions(headers, 'headers');
  return laneOf(options.priority);
}

/** The lane, if the options say nothing but a priority; else `undefined`. @throws {RangeError} for a bad priority. */
export function laneOnly(options: TellOptions): number | undefined {
  if (!isObject(options)) return undefined;
  const { ttl, sender, headers } = options;
  return ttl === undefined && sender === undefined && headers === undefined ? laneOf(options.priority) : undefined;
}

/** The same for an ask. */
export function checkSend(options: SendOptions | undefined): number {
  const lane = checkTell(options);
  if (options?.timeout !== undefined) checkTimeout(options.timeout, 'timeout');
  const signal: unknown = options?.signal;
  check(signal === undefined || typeof (signal as AbortSignal | null)?.addEventListener === 'function', 'signal must be an AbortSignal', signal);
  return lane;
}

/** The same for a broadcast. */
export function checkBroadcast(options: BroadcastOptions | undefined): number {
  const lane = checkSend(options);
  if (options?.order !== undefined) checkOneOf(options.order, 'order', ['registered', 'settled']);
  return lane;
}
