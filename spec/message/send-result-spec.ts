import { describe, expect, it } from 'vitest';
import { FAILURE_CODES } from '../../src/failure/failure-code';
import { SendError } from '../../src/failure/send-error';
import { Refusal, SENT } from '../../src/message/send-result';

describe('SENT', () => {
  it('is one frozen result for every message taken in', () => {
    expect(SENT).toEqual({ ok: true });
    expect(Object.isFrozen(SENT)).toBe(true);
  });
});

describe('Refusal', () => {
  it.each(FAILURE_CODES)('says %s, to whom, and that no handler saw it', (code) => {
    const refusal = new Refusal(code, 'a');
    expect(refusal).toMatchObject({ ok: false, code });
    expect(refusal.error).toBeInstanceOf(SendError);
    expect(refusal.error).toMatchObject({ code, actorId: 'a', started: false });
  });

  it('makes its error when it is first read, and once (S1)', () => {
    const { stackTraceLimit } = Error;
    const refusal = new Refusal('MailboxFull', 'a');
    function whoReads(): SendError {
      return refusal.error;
    }
    // The stack names the function that read it, so it was not made before.
    Error.stackTraceLimit = 50;
    const error = whoReads();
    Error.stackTraceLimit = stackTraceLimit;
    expect(error.stack).toContain('whoReads');
    expect(refusal.error).toBe(error);
  });

  it('makes no error of itself when it is listed or copied', () => {
    expect(Object.keys(new Refusal('Dropped', 'a'))).toEqual(['ok', 'code']);
    expect(Object.assign({}, new Refusal('Dropped', 'a'))).toEqual({ ok: false, code: 'Dropped' });
  });

  it('has no actor id if none was given', () => {
    expect(new Refusal('BrokerClosed', undefined).error.actorId).toBeUndefined();
  });
});
