import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes in use, once everything out of reach is gone. */
export function heap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** Which of these are still reachable some collections later, by name. Make them in a function of its own: nothing else may hold them. */
export async function survivors(make: () => Record<string, WeakRef<object>>): Promise<string[]> {
  const made = make();
  const alive = (): string[] => Object.keys(made).filter((name) => made[name]?.deref() !== undefined);
  for (let i = 0; i < 10 && alive().length > 0; i++) {
    // A reference that was looked at stays for the rest of that task.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  return alive();
}
