/** What the process of the specs has given to this program. */
export const given = JSON.parse(process.argv[2] ?? '[]') as any[];

/** Tells something to the process of the specs. */
export function tell(told: unknown): void {
  process.send!({ told });
}

/** Answers what the process of the specs asks. */
export function answering(answers: Record<string, (...args: any[]) => unknown>): void {
  process.on('message', ({ kind, args, count }: { kind: string; args: unknown[]; count: number }) => {
    void Promise.resolve()
      .then(() => answers[kind]!(...args))
      .catch((error: unknown) => String(error))
      .then((answer) => process.send!({ answer, count }));
  });
}

/** Lets the event loop stand still. */
export function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
