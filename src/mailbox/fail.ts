import type { FailureCode } from '../failure/failure-code';
import { failureOf } from '../failure/failure-of';
import type { Dispatch } from './dispatch';
import type { MessageRecord } from './message-record';
import { isOwn } from './own-record';

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
