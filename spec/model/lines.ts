import type { Priority } from 'rx-broker';

/** The facts about a message that every event and letter tells. */
export interface Told {
  readonly n: number;
  readonly target: string | undefined;
  readonly topic: string | undefined;
  readonly priority: Priority;
  readonly asked: boolean;
}

/** The facts about a loss that a letter tells. */
export interface LossTold {
  readonly reason: string;
  readonly error: string | undefined;
  readonly attempts: number;
  readonly at: number;
}


/** The line of an event of a message. `more`: the facts that only this kind tells. */
export function messageLine(kind: string, told: Told, at: number, more: string): string {
  return `${kind} ${describe(told)} at ${at}${more}`;
}

export function letterLine(told: Told, { reason, error, attempts, at }: LossTold): string {
  return `${describe(told)} at ${at}: ${reason}${error === undefined ? '' : ` (${error})`}, attempt ${attempts}`;
}

/** The names of numbers, in the order in which they are written. */
const MAILBOX_NUMBERS = ['capacity', 'size', 'highWaterMark', 'accepted', 'delivered', 'lost', 'inFlight'] as const;
export const BROKER_NUMBERS = [
  'registeredActors',
  'pending',
  'inFlight',
  'openRequests',
  'totalSent',
  'totalDelivered',
  'totalFailed',
  'totalSucceeded',
  'totalErrored',
  'totalAborted',
  'totalDeadLettered',
] as const;
export const FAILURES = ['ActorNotFound', 'ActorStopped', 'MailboxFull', 'Timeout', 'Dropped', 'Expired', 'Deadlock', 'Rejected', 'BrokerClosed', 'NoRoute', 'Cancelled'] as const;

/** The line of a mailbox. */
export function mailboxLine(numbers: Readonly<Partial<Record<(typeof MAILBOX_NUMBERS)[number], number>>>, isPaused: boolean): string {
  return numbersLine(MAILBOX_NUMBERS, numbers) + (isPaused ? 'paused' : '');
}

/** Numbers with their names on one line, without those that are 0. */
export function numbersLine<Name extends string>(names: readonly Name[], numbers: Readonly<Partial<Record<Name, number>>>): string {
  let line = '';
  for (const name of names) {
    const value = numbers[name];
    if (value !== undefined && value !== 0) line += `${name} ${value} `;
  }
  return line;
}

function describe({ n, target = 'nobody', topic, priority, asked }: Told): string {
  return `${n} to ${target}${topic === undefined ? '' : ` on ${topic}`} ${priority}${asked ? ' asked' : ''}`;
}
