import type { FailureCode } from '../failure/failure-code';
import { failureOf } from '../failure/failure-of';
import type { Dispatch } from './dispatch/dispatch';
import type { MessageRecord } from './turn/message-record';
import { isOwn } from './turn/own-record';

/** Whether its caller has gone while it was on its way; then it is counted as cancelled, and goes nowhere (rule S3). */
export function isCancelled(dispatch: Dispatch, id: string | undefined, message: unknown, meta: MessageRecord | number): boolean {
  if (!isOwn(meta) || meta.caller?.closed !== true) return false;
  meta.done();
  dispatch.journal.failed('Cancelled', id, message, meta);
  return true;
}

/** Counts a message as failed, tells `losses` where there are any, and its caller if it has one. */
export function fail(
  dispatch: Dispatch,
  id: string | undefined,
  message: unknown,
  meta: MessageRecord | number,
  code: FailureCode,
  detail?: string,
  losses?: { readonly observed: boolean; next(value: any): void },
): void {
  let caller = null;
  if (isOwn(meta)) {
    ({ caller } = meta);
    meta.done();
  }
  dispatch.journal.failed(code, id, message, meta);
  if (losses?.observed === true) dispatch.emit(losses, { message, code });
  caller?.error(failureOf(code, id, false, detail));
}
