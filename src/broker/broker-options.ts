import { type SchedulerLike, asyncScheduler } from 'rxjs';
import { type Checks, checkBoolean, checkDuration, checkFunction, checkName, checkOptions, checkPositiveInteger, checkScheduler, checkTimeout, hasMethod, refuse, resolveOptions } from '../failure/check';
import type { MailboxOptions } from '../message/mailbox-options';
import { type DeadLetterLogOptions, checkLog } from '../observability/dead-letter-log';
import type { ErrorHook } from '../observability/error-hook';
import { type Logger, checkLogger } from '../observability/logger';
import type { Router } from '../routing/router';

/** How a broker behaves where a call says nothing. */
export interface BrokerOptions {
  /** Begins the ids of its messages. Default `'broker'`. */
  readonly name?: string;
  /** Milliseconds from subscription to the first value of a reply. Default 5,000; `Infinity`: none (rule S4). */
  readonly requestTimeout?: number;
  /** Where time comes from. Default `asyncScheduler`; in `TestScheduler.run` that is virtual time. */
  readonly scheduler?: SchedulerLike;
  /** Where mailboxes drain. Default: on the sender's stack (rules D1, D3). */
  readonly dispatcher?: SchedulerLike;
  /** Who picks among the actors bound to a topic. Default `roundRobin()` (rule T2). */
  readonly router?: Router;
  /** What `spawn` gives its mailboxes where it says nothing. */
  readonly mailbox?: MailboxOptions;
  /** Milliseconds between the snapshots of `metrics$`. Default 1,000. */
  readonly metricsInterval?: number;
  /** Topics whose last value is kept at most (rule T4). Default 10,000. */
  readonly maxRetained?: number;
  /** For development: deep-freezes every message that is sent, so that a handler that changes one is found out. Default false. */
  readonly freezeMessages?: boolean;
  /**
   * Is told, after the step, what a handler threw or rejected with where nobody asked, beside the dead letter; and what an `onStart` or `onStop`
   * failed with, then without a message. Each error, once (rule O7). What it throws itself is logged. Default: the logger's `error` writes the first 10, then
   * one count in five minutes.
   */
  readonly onError?: ErrorHook;
  /** Whether dead letters are logged while nobody observes them (rule O3). Default true. */
  readonly logDeadLetters?: boolean | DeadLetterLogOptions;
  /** Where the broker writes. Default `console`. */
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
  readonly logDeadLetters: boolean | DeadLetterLogOptions;
  readonly logger: Logger;
}

/** Shared by all brokers without options: a test makes a broker for each case. */
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
  logDeadLetters: true,
  logger: console,
};

const CHECKS: Checks<BrokerSettings> = {
  name: checkName,
  requestTimeout: checkTimeout,
  scheduler: checkScheduler,
  dispatcher: checkScheduler,
  router: (router) => {
    if (!hasMethod(router, 'route')) refuse('router must have route(key, targets, message)', router);
  },
  mailbox: checkOptions,
  metricsInterval: checkDuration,
  maxRetained: checkPositiveInteger,
  freezeMessages: checkBoolean,
  onError: checkFunction,
  logDeadLetters: checkLog,
  logger: checkLogger,
};

/**
 * Checks every option and fills in the defaults; those of `mailbox` are checked where they are resolved. @throws {TypeError | RangeError}
 */
export function resolveBroker(options: BrokerOptions | undefined): BrokerSettings {
  return resolveOptions(options, CHECKS, DEFAULTS);
}
