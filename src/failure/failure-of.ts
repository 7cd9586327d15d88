import type { FailureCode } from './failure-code';
import { SendError } from './send-error';

/** The error for a caller whose message failed before, or was aborted after, a handler saw it. */
export function failureOf(code: FailureCode, actorId: string | undefined, started: boolean, detail?: string): SendError {
  return new SendError(code, { actorId, started, detail });
}
