import type { FailureCode } from '../../failure/failure-code';
import { SendError } from '../../failure/send-error';
import type { Dispatcher } from '../../kernel/dispatcher';
import { complete, emit, fail, succeed } from '../../kernel/open-turn';
import { settle } from '../../kernel/settle';
import type { Task } from '../../kernel/task';
import { rulesOf } from '../../message/message-rules';
import type { Codec, Encoded } from '../codec/codec';
import type { RemoteActor } from '../remote-actor';
import type { ReplyFrame } from './frames';
import type { OpenAsk } from './open-ask';
import type { RefTable } from './ref-table';
import { RemoteError } from './remote-error';

/**
 * Does what the other node says about an ask of this one. Returns false if its payload cannot be read. An ask that nobody waits for any more is
 * passed over.
 */
export function takeReply(frame: ReplyFrame, asks: RefTable<OpenAsk>, codec: Codec, dispatcher: Dispatcher): boolean {
  const ask = asks.get(frame[1]);
  if (ask === undefined) return true;
  if (frame[0] !== 'next') asks.delete(frame[1]);
  // Before the step, since a schema is the user's code.
  const reply = frame[0] === 'value' || frame[0] === 'next' ? readReply(frame[2], ask, codec) : undefined;
  dispatcher.step(() => settleBy(frame, ask, reply));
  return reply?.error?.code !== 'Unserializable';
}

/** A reply that was read, or why that failed. */
interface Read {
  readonly value?: unknown;
  readonly error?: SendError;
}

/** Part of a step. */
function settleBy(frame: ReplyFrame, { actor, task }: OpenAsk, reply: Read = {}): void {
  if (frame[0] === 'failed') {
    const [, , code, started, actorId, message] = frame;
    const error = new SendError(code, { actorId, started: started === 2 ? 'unknown' : started === 1 });
    if (message !== '') error.message = message;
    if (isOfHandler(code, actorId, actor)) {
      if (task.state === 'queued') actor.arrived(task);
      settle(task, { outcome: 'errored', code: code === 'Unhandled' ? code : 'HandlerFailed', error });
    } else if (started === 0 && task.state === 'queued') {
      actor.withdraw(task);
      settle(task, { outcome: 'failed', code, error, hasLetter: true });
    } else abort(task, actor, error);
    return;
  }
  if (reply.error !== undefined) {
    abort(task, actor, reply.error);
    return;
  }
  if (task.state === 'queued') actor.arrived(task);
  switch (frame[0]) {
    case 'value':
      succeed(task, reply.value);
      break;
    case 'next':
      emit(task, reply.value);
      break;
    case 'complete':
      if (task.isRequest) complete(task);
      else succeed(task, undefined);
      break;
    case 'error': {
      const [, , name, message, code] = frame;
      fail(task, new RemoteError(message, { name: name === '' ? undefined : name, code: code === '' ? undefined : code }));
    }
  }
}

/** Whether the actor had the message, and answered with this failure: with that of an ask of its own, or since it handles no such message. */
function isOfHandler(code: FailureCode, actorId: string, actor: RemoteActor): boolean {
  return code === 'Unhandled' || actorId !== actor.id;
}

function abort(task: Task, actor: RemoteActor, error: SendError): void {
  if (task.state === 'queued') actor.arrived(task);
  settle(task, { outcome: 'aborted', code: error.code, error });
}

/** Decodes a reply, and gives it to the schema of its message. */
function readReply(payload: Encoded, { actor, task }: OpenAsk, codec: Codec): Read {
  const started = true;
  const actorId = actor.id;
  const decoded = decode(codec, payload);
  if (decoded === undefined) return { error: new SendError('Unserializable', { actorId, started, detail: 'the reply cannot be decoded here' }) };
  const rules = rulesOf(task.message);
  if (rules === undefined) return decoded;
  try {
    return { value: rules.checkedReply((task.message as { readonly type: string }).type, decoded.value) };
  } catch (cause) {
    return { error: new SendError('Rejected', { actorId, started, cause, detail: String(cause) }) };
  }
}

/** Decodes a payload. `undefined` if that fails. */
export function decode(codec: Codec, payload: Encoded): { readonly value: unknown } | undefined {
  try {
    return { value: codec.decode(payload) };
  } catch {
    return undefined;
  }
}
