import { createReadStream, openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { DepotName } from './messages';

/** How a request ended for its sender: with its receipt, with an error of the broker, or with anything else, which must not be. */
export type End =
  | { readonly kind: 'ok' }
  | { readonly kind: 'failed'; readonly code: string; readonly started: boolean | 'unknown' }
  | { readonly kind: 'wrong'; readonly text: string };

/** What a process writes down of a parcel: that it is about to be sent, that a handler has it, and how its request ended. */
export type Entry =
  | { readonly kind: 'sent'; readonly parcel: string; readonly to: DepotName }
  | { readonly kind: 'handled'; readonly parcel: string }
  | { readonly kind: 'ended'; readonly parcel: string; readonly end: End };

/** The journal of one process. An entry that was written stays there when the process is killed, since the system has it by then. */
export class Journal {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'ax');
  }

  write(entry: Entry): void {
    writeSync(this.#file, `${JSON.stringify(entry)}\n`);
  }
}

/** The entries of a journal, in the order in which they were written. */
export async function* entriesOf(path: string): AsyncGenerator<Entry> {
  for await (const line of createInterface(createReadStream(path))) yield JSON.parse(line) as Entry;
}
