import { type SchedulerLike, asyncScheduler } from 'rxjs';
import { type Check, check, checkBoolean, checkDuration, checkEach, checkName, checkOptions, checkPositiveInteger, checkScheduler, checkTimeout } from '../failure/check';
import { type MailboxOptions, type MailboxSettings, resolveMailbox } from '../mailbox/mailbox-options';
import { DeadLetterLog, type DeadLetterLogOptions } from '../observability/dead-letter-log';
import { type Logger, writerOf } from '../observability/logger';
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

const REQUEST_TIMEOUT = 5_000;
const METRICS_INTERVAL = 1_000;
const MAX_RETAINED = 10_000;
const NO_OPTIONS: BrokerOptions = /* @__PURE__ */ Object.freeze({});

/** Broker options with every default filled in. */
export interface BrokerSettings {
  readonly name: string;
  readonly requestTimeout: number;
  readonly scheduler: SchedulerLike;
  readonly dispatcher: SchedulerLike | undefined;
  /** Where none is given, the broker makes its own when it routes for the first time. */
  readonly router: Router | undefined;
  /** What `spawn` gives where it says nothing. */
  readonly mailbox: MailboxSettings;
  readonly metricsInterval: number;
  readonly maxRetained: number;
  readonly freezeMessages: boolean;
}

/** Checks every option and fills in the defaults. @throws {TypeError | RangeError} */
export function resolveBroker(options: BrokerOptions | undefined): BrokerSettings {
  return options === undefined ? DEFAULTS : resolve(options);
}

/** The log that a broker's options ask for. @throws {TypeError | RangeError} */
export function logOf({ logDeadLetters = true, logger }: BrokerOptions = NO_OPTIONS): DeadLetterLog {
  return new DeadLetterLog(logDeadLetters, logger === undefined ? CONSOLE : writerOf(logger));
}

/** The mailbox's are checked where they are resolved; the log's where it is made. */
const CHECKS: Readonly<Record<Exclude<keyof BrokerOptions, 'logDeadLetters' | 'logger'>, Check>> = {
  name: checkName,
  requestTimeout: checkTimeout,
  scheduler: checkScheduler,
  dispatcher: checkScheduler,
  router: (router) => check(typeof (router as Router | null)?.route === 'function', 'router must have route(key, targets, message)', router),
  mailbox: checkOptions,
  metricsInterval: checkDuration,
  maxRetained: checkPositiveInteger,
  freezeMessages: checkBoolean,
};

function resolve(options: BrokerOptions): BrokerSettings {
  checkEach(options, CHECKS);
  const { name = 'broker', requestTimeout = REQUEST_TIMEOUT, scheduler = asyncScheduler, dispatcher, router } = options;
  const { metricsInterval = METRICS_INTERVAL, maxRetained = MAX_RETAINED, freezeMessages = false } = options;
  const mailbox = resolveMailbox(options.mailbox);
  return { name, requestTimeout, scheduler, dispatcher, router, mailbox, metricsInterval, maxRetained, freezeMessages };
}

/** Shared by all brokers without options: a test makes a broker for each case. */
const DEFAULTS: BrokerSettings = /* @__PURE__ */ resolve(NO_OPTIONS);
const CONSOLE = /* @__PURE__ */ writerOf(console);
