import { check, checkObject, isObject } from '../failure/check';
import { SendError } from '../failure/send-error';
import { Absent } from '../kernel/absent';
import type { Details } from '../kernel/details';
import { isPromise } from '../kernel/reply-kind';
import type { Intercept, Recipient, System, Task } from '../kernel/task';
import type { ActorId } from '../message/actor-id';
import type { Interceptor, Outgoing, OutgoingChange } from '../message/interceptor';
import type { Handler } from '../message/message-broker';

/** A send, as a broker knows it before its targets are looked up. */
export interface Sending {
  readonly kind: Outgoing['kind'];
  readonly message: unknown;
  readonly details: Details;
  readonly target?: string | undefined;
  /** The turn that sends it by its context. */
  readonly parent?: Task | null;
}

/** A send when all interceptors have seen it. */
export interface Passed {
  readonly message: unknown;
  readonly details: Details;
  /** The recipient that refuses the message, if an interceptor has refused it. */
  readonly refusal?: Recipient;
}

/** Shows a send to the interceptors. */
export type InterceptSend = (system: System, sending: Sending) => Passed;

type Sender = Required<Pick<Interceptor, 'send'>>;
type Around = Required<Pick<Interceptor, 'handle'>>;

/** @throws {TypeError} for anything but an array of interceptors. */
export function checkInterceptors(interceptors: unknown, name: string): void {
  check(Array.isArray(interceptors), `${name} must be an array of { send?, handle? }`, interceptors);
  for (const interceptor of interceptors as unknown[]) {
    const { send, handle } = (isObject(interceptor) ? interceptor : {}) as { send?: unknown; handle?: unknown };
    const isFine = (send !== undefined || handle !== undefined) && [send, handle].every((one) => one === undefined || typeof one === 'function');
    check(isFine, `each of ${name} must have send(outgoing), or handle(message, context, next), or both`, interceptor);
  }
}

/** The `send` parts of a broker's interceptors; `null` if there are none. */
export function sendsOf(interceptors: readonly Interceptor[]): InterceptSend | null {
  const sends = interceptors.filter((interceptor) => interceptor.send !== undefined) as readonly Sender[];
  return sends.length === 0 ? null : (system, sending) => pass(sends, system, sending);
}

/** The `handle` parts of a broker's interceptors; `null` if there are none. */
export function handlesOf(interceptors: readonly Interceptor[]): Intercept | null {
  const handles = interceptors.filter((interceptor) => interceptor.handle !== undefined) as readonly Around[];
  if (handles.length === 0) return null;
  // The consumer of `deliveries$` is no handler.
  return (handler, message, task) => ((handler as { handsOut?: boolean }).handsOut === true ? handler(message, task) : handle(handles, 0, handler, message, task));
}

function pass(sends: readonly Sender[], system: System, { kind, message: given, details, target, parent = null }: Sending): Passed {
  let message = given;
  let { headers } = details;
  const { topic } = details;
  const place = { kind, ...(target !== undefined && { target: target as ActorId }), ...(topic !== undefined && { topic }), ...(parent !== null && { parent: parent.envelope }) };
  try {
    for (const interceptor of sends) {
      const change = changeOf(interceptor.send({ ...place, message, headers }));
      if ('message' in change) ({ message } = change);
      if (change.headers !== undefined) headers = { ...headers, ...change.headers };
    }
  } catch (cause) {
    const error = new SendError('Rejected', { actorId: target, cause });
    return { message, details, refusal: new Absent(system, target, { code: 'Rejected', error }) };
  }
  return { message, details: headers === details.headers ? details : { ...details, headers } };
}

function changeOf(answer: unknown): OutgoingChange {
  if (answer === undefined || answer === null) return {};
  check(isObject(answer) && !isPromise(answer), 'send of an interceptor must return { message?, headers? } or nothing, at once', answer);
  const change: OutgoingChange = answer;
  checkObject(change.headers, 'headers of an interceptor');
  return change;
}

/** Calls the interceptors from `index` on, and then the handler. */
function handle(handles: readonly Around[], index: number, handler: Handler, message: unknown, task: Task): unknown {
  const interceptor = handles[index];
  if (interceptor === undefined) return handler(message, task);
  let isCalled = false;
  return interceptor.handle(message, task, () => {
    if (isCalled) throw new Error('next() of an interceptor was called twice for one message');
    isCalled = true;
    return inTurn(task, () => handle(handles, index + 1, handler, message, task));
  });
}

/** An interceptor may call `next` later, while the turn is open: what the handler then sends is queued behind it, as in any turn (rule D2). */
function inTurn(task: Task, work: () => unknown): unknown {
  if (task.state === 'running') return work();
  if (task.state === 'over') throw new Error('next() of an interceptor was called when its turn was over');
  let result: unknown;
  task.system.dispatcher.tellNow(() => {
    result = work();
  });
  return result;
}
