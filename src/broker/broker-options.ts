import { type SchedulerLike, asyncScheduler } from 'rxjs';
import { type Checks, checkBoolean, checkDuration, checkFunction, checkName, checkObject, checkPositiveInteger, checkScheduler, checkTimeout, hasMethod, refuse, resolveOptions } from '../failure/check';
import type { Interceptor } from '../message/interceptor';
import type { MailboxOptions } from '../message/mailbox-options';
import { type DeadLetterLogOptions, checkLog } from '../observability/dead-letter-log';
import type { ErrorHook } from '../observability/error-hook';
import { type Logger, checkLogger } from '../observability/logger';
import type { Router } from '../routing/router';
import { checkInterceptors } from './interception';

/** Options of a broker. */
export interface BrokerOptions {
  /** The first part of its message ids: `broker:message-1`. Default `'broker'`. */
  readonly name?: string;
  /** Milliseconds from subscription to the first value of a reply (rule S4). Default 5,000. `Infinity` is none. */
  readonly requestTimeout?: number;
  /** Gives the time and all timers. Default `asyncScheduler`, which is virtual time in `TestScheduler.run`. */
  readonly scheduler?: SchedulerLike;
  /** The scheduler on which mailboxes drain (rules D1, D3). Default: none, the sender's stack. */
  readonly dispatcher?: SchedulerLike;
  /** Picks one of the actors bound to a topic, for `sendWithRouting` (rule T2). Default `roundRobin()`. */
  readonly router?: Router;
  /** The defaults of the mailbox options of `spawn`. */
  readonly mailbox?: MailboxOptions;
  /** Milliseconds between the snapshots of `metrics$`. Default 1,000. */
  readonly metricsInterval?: number;
  /** The most topics whose last value is retained (rule T4). Default 10,000. */
  readonly maxRetained?: number;
  /** Whether every message that is sent is deep-frozen, so that a handler that changes one throws. For development. Default false. */
  readonly freezeMessages?: boolean;
  /**
   * Is called with each error of a handler that no caller waits for, after the step and beside the dead letter; and with each error of an
   * `onStart` or `onStop`, then without a message (rule O7). If it throws, that is logged. Default: the logger's `error` writes the first 10
   * errors, then one count in five minutes.
   */
  readonly onError?: ErrorHook;
  /** Stand around every send and every turn, the first outermost. Messages take a slower path where there are any. Default: none. */
  readonly interceptors?: readonly Interceptor[];
  /**
   * Whether `mailboxMetrics` shows how long the turns of each actor took. Messages take a slower path then. Default false.
   */
  readonly turnTimes?: boolean;
  /** Whether dead letters are logged while nobody observes them, and how (rule O3). Default true. */
  readonly logDeadLetters?: boolean | DeadLetterLogOptions;
  /** Writes the log of dead letters, of errors, and of callbacks that throw. Default `console`. */
  readonly logger?: Logger;
}

/** Broker options with every default filled in. */
export interface BrokerSettings {
  readonly name: string;
  readonly requestTimeout: number;
  readonly scheduler: SchedulerLike;
  readonly dispatcher: SchedulerLike | undefined;
  /** `undefined`: the broker makes one when it routes for the first time. */
  readonly router: Router | undefined;
  readonly mailbox: MailboxOptions | undefined;
  readonly metricsInterval: number;
  readonly maxRetained: number;
  readonly freezeMessages: boolean;
  /** `undefined`: the logger's `error`. */
  readonly onError: ErrorHook | undefined;
  readonly interceptors: readonly Interceptor[];
  readonly turnTimes: boolean;
  readonly logDeadLetters: boolean | DeadLetterLogOptions;
  readonly logger: Logger;
}

/** All brokers without options share this object. */
const DEFAULTS: BrokerSettings = {
  name: 'broker',
  requestTimeout: 5_000,
  scheduler: asyncScheduler,
  dispatcher: undefined,
  router: undefined,
  mailbox: undefined,
  metricsInterval: 1_000,
  maxRetained: 10_000,
  freezeMessages: false,
  onError: undefined,
  interceptors: [],
  turnTimes: false,
  logDeadLetters: true,
  logger: console,
};

/** The checks of the options of a broker. */
export const BROKER: Checks<BrokerSettings> = {
  name: checkName,
  requestTimeout: checkTimeout,
  scheduler: checkScheduler,
  dispatcher: checkScheduler,
  router: (router) => {
    if (!hasMethod(router, 'route')) refuse('router must have route(key, targets, message)', router);
  },
  mailbox: checkObject,
  metricsInterval: checkDuration,
  maxRetained: checkPositiveInteger,
  freezeMessages: checkBoolean,
  onError: checkFunction,
  interceptors: checkInterceptors,
  turnTimes: checkBoolean,
  logDeadLetters: checkLog,
  logger: checkLogger,
};

/**
 * Checks every option and fills in the defaults. `resolveMailbox` checks those of `mailbox`. @throws {TypeError | RangeError}
 */
export function resolveBroker(options: BrokerOptions | undefined): BrokerSettings {
  return resolveOptions(options, BROKER, DEFAULTS);
}
