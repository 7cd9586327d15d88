import { type Check, type Checks, checkActorId, checkBoolean, checkObject, checkOptions, checkTimeout, hasMethod, isObject, oneOf, refuse } from '../failure/check';
import { PRIORITIES, laneOf } from './priority';
import type { BroadcastOptions, PublishOptions, SendOptions, TellOptions } from './send-options';

const TELL: Checks<TellOptions> = {
  priority: /* @__PURE__ */ oneOf(PRIORITIES),
  ttl: checkTimeout,
  sender: checkActorId,
  headers: checkObject,
};

const checkSignal: Check = (value) => {
  if (!hasMethod(value, 'addEventListener')) refuse('signal must be an AbortSignal', value);
};

// By `Object.assign`, since bundlers keep a spread that nobody uses: it may call getters.
/** The checks of the options of an ask. */
export const SEND: Checks<SendOptions> = /* @__PURE__ */ Object.assign({}, TELL, { timeout: checkTimeout, signal: checkSignal });

const BROADCAST: Checks<BroadcastOptions> = /* @__PURE__ */ Object.assign({}, SEND, { order: /* @__PURE__ */ oneOf(['registered', 'settled']) });

const PUBLISH: Checks<PublishOptions> = { retain: checkBoolean };

/** Checks the options of a tell, and returns the message's lane. @throws {TypeError | RangeError} */
export function checkTell(options: TellOptions | undefined): number {
  return checked(options, TELL);
}

/** The lane, if the options hold a priority and nothing else; otherwise `undefined`. @throws {RangeError} for a bad priority. */
export function laneOnly(options: TellOptions): number | undefined {
  if (!isObject(options)) return undefined;
  let lane;
  for (const name in options) {
    if (name !== 'priority') return undefined;
    lane = laneOf(options.priority);
  }
  return lane;
}

/** The same for an ask. */
export function checkSend(options: SendOptions | undefined): number {
  return checked(options, SEND);
}

/** The same for a broadcast. */
export function checkBroadcast(options: BroadcastOptions | undefined): number {
  return checked(options, BROADCAST);
}

/** Whether a publication is retained. @throws {TypeError} for bad options. */
export function checkPublish(options: PublishOptions | undefined): boolean {
  checkOptions(options, PUBLISH);
  return options?.retain === true;
}

function checked<T extends TellOptions>(options: T | undefined, checks: Checks<T>): number {
  checkOptions(options, checks);
  return laneOf(options?.priority);
}
