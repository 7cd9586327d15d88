import { checkActorId } from '../failure/check';
import type { SendError } from '../failure/send-error';
import { Absent } from '../kernel/absent';
import { type Details, PLAIN } from '../kernel/details';
import { offer } from '../kernel/offer';
import { Stamp } from '../kernel/stamp';
import { type Recipient, type RefusalCode, type Task, newTask } from '../kernel/task';
import { checkTell } from '../message/check-send';
import type { TellOptions } from '../message/send-options';
import { type SendResult, Refusal, SENT } from '../message/send-result';
import type { Resent } from '../observability/letter-box';
import { sampleStart } from '../observability/routing-latency';
import type { BrokerSystem } from './broker-system';
import { detailsOf } from './details-of';
import type { Sending } from './interception';

/** The refusals whose recipient says more about the cause. */
const EXPLAINED: ReadonlySet<RefusalCode> = /* @__PURE__ */ new Set<RefusalCode>(['Rejected', 'PayloadTooLarge', 'Unserializable']);

/** `trySend`, if the message does not take the direct path. @throws {TypeError | RangeError} for a bad id or option. */
export function tell(system: BrokerSystem, id: string, recipient: Recipient | undefined, message: unknown, options: TellOptions | undefined, parent: Task | null): SendResult {
  const lane = checkTell(options);
  if (recipient === undefined && system.dispatcher.stack === 'quiet' && system.journal.ignoresLettersOf(id)) {
    checkActorId(id);
    // Nobody would be told, so the refusal is only counted (1.2 → 0.9 × `map.get` + `Subject.next`).
    system.journal.countFailure('ActorNotFound');
    return new Refusal('ActorNotFound', id);
  }
  const details = detailsOf(options, parent);
  // The code cannot be `NoRoute`, since an id needs no route.
  if (!system.interceptsSends) return tellWith(system, recipient ?? new Absent(system, checkActorId(id)), message, lane, details, parent) as SendResult;
  checkActorId(id);
  return tellFound(system, { kind: 'tell', message, details, target: id, parent }, lane, () => system.recipient(id)) as SendResult;
}

/** Tells a message whose recipient is looked up by `find` when the interceptors have seen it. */
export function tellFound(system: BrokerSystem, sending: Sending, lane: number, find: (message: unknown) => Recipient): Resent {
  const { message, details, refusal } = system.pass(sending);
  return tellWith(system, refusal ?? find(message), message, lane, details, sending.parent ?? null);
}

/** Tells a message whose details are known. `parent` is the turn that sends it by its context. `isRefusing`: the broker does not take it. */
export function tellWith(
  system: BrokerSystem,
  recipient: Recipient,
  message: unknown,
  lane: number,
  givenDetails: Details,
  parent: Task | null,
  isRefusing: boolean = system.refuses(parent),
): Resent {
  const details = system.outgoing(message, givenDetails);
  const stamp = details === PLAIN ? null : new Stamp(undefined, details);
  const { dispatcher, journal } = system;
  const startedAt = sampleStart(recipient);
  const isOutermost = dispatcher.enter();
  try {
    let code;
    if (journal.observes(recipient.id)) code = offer(newTask(recipient, message, lane, null, stamp ?? new Stamp(undefined)), isRefusing, parent);
    else {
      code = isRefusing ? 'BrokerClosed' : recipient.takePlain(message, lane, stamp);
      if (code !== null) recipient.losePlain(message, lane, code, stamp);
    }
    journal.latency.sample(startedAt);
    if (code === null) return SENT;
    return code === 'NoRoute' ? { ok: false, code } : new Refusal(code, EXPLAINED.has(code) ? (recipient.error as SendError) : recipient.id);
  } finally {
    if (isOutermost) dispatcher.finish();
  }
}
