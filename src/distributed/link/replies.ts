import { SendError } from '../../failure/send-error';
import type { Dispatcher } from '../../kernel/dispatcher';
import { complete, emit, fail, succeed } from '../../kernel/open-turn';
import { settle } from '../../kernel/settle';
import type { Task } from '../../kernel/task';
import { rulesOf } from '../../message/message-rules';
import type { Codec, Encoded } from '../codec/codec';
import type { RemoteActor } from '../remote-actor';
import type { ReplyFrame } from './frames';
import { RemoteError } from './remote-error';
import type { OpenAsk } from './sender';

/**
 * Does what the other node says about an ask of this one. Returns false if its payload cannot be read. An ask that nobody waits for any more is
 * passed over.
 */
export function takeReply(frame: ReplyFrame, asks: Map<number, OpenAsk>, codec: Codec, dispatcher: Dispatcher): boolean {
  const ask = asks.get(frame[1]);
  if (ask === undefined) return true;
  if (frame[0] !== 'next') asks.delete(frame[1]);
  return dispatcher.step(() => settleBy(frame, ask, codec));
}

/** Part of a step. */
function settleBy(frame: ReplyFrame, { actor, task }: OpenAsk, codec: Codec): boolean {
  if (frame[0] === 'failed') {
    const [, , code, started, actorId, message] = frame;
    const error = new SendError(code, { actorId, started: started === 2 ? 'unknown' : started === 1 });
    if (message !== '') error.message = message;
    if (started === 0 && task.state === 'queued') {
      actor.withdraw(task);
      settle(task, { outcome: 'failed', code, error, hasLetter: true });
    } else abort(task, actor, error);
    return true;
  }
  if (task.state === 'queued') actor.arrived(task);
  switch (frame[0]) {
    case 'value':
    case 'next': {
      const decoded = decode(codec, frame[2]);
      if (decoded === undefined) {
        abort(task, actor, new SendError('Unserializable', { actorId: actor.id, started: true, detail: 'the reply cannot be decoded here' }));
        return false;
      }
      let value: unknown;
      try {
        value = checked(task, decoded.value);
      } catch (cause) {
        abort(task, actor, new SendError('Rejected', { actorId: actor.id, started: true, cause, detail: String(cause) }));
        return true;
      }
      if (frame[0] === 'next') emit(task, value);
      else succeed(task, value);
      return true;
    }
    case 'complete':
      if (task.isRequest) complete(task);
      else succeed(task, undefined);
      return true;
    case 'error': {
      const [, , name, message, code] = frame;
      fail(task, new RemoteError(message, { name: name === '' ? undefined : name, code: code === '' ? undefined : code }));
      return true;
    }
  }
}

function abort(task: Task, actor: RemoteActor, error: SendError): void {
  if (task.state === 'queued') actor.arrived(task);
  settle(task, { outcome: 'aborted', code: error.code, error });
}

/** The reply, as the schema of its message gives it back. */
function checked({ message }: Task, reply: unknown): unknown {
  const rules = rulesOf(message);
  return rules === undefined ? reply : rules.checkedReply((message as { readonly type: string }).type, reply);
}

/** Decodes a payload. `undefined` if that fails. */
export function decode(codec: Codec, payload: Encoded): { readonly value: unknown } | undefined {
  try {
    return { value: codec.decode(payload) };
  } catch {
    return undefined;
  }
}
