import { type SchedulerLike, asyncScheduler } from 'rxjs';
import { type Checks, checkBoolean, checkDuration, checkName, checkOptions, checkPositiveInteger, checkScheduler, checkTimeout, hasMethod, refuse, resolveOptions } from '../failure/check';
import type { MailboxOptions } from '../message/mailbox-options';
import { type DeadLetterLogOptions, type Logger, checkLog, checkLogger } from '../observability/dead-letter-log';
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
  /** Whether dead letters are logged while nobody observes them (rule O3). Default true. */
  readonly logDeadLetters?: boolean | DeadLetterLogOptions;
  /** Where to. Default `console`. */
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
  logDeadLetters: checkLog,
  logger: checkLogger,
};

/**
 * Checks every option and fills in the defaults; those of `mailbox` are checked where they are resolved. @throws {TypeError | RangeError}
 */
export function resolveBroker(options: BrokerOptions | undefined): BrokerSettings {
  return resolveOptions(options, CHECKS, DEFAULTS);
}
