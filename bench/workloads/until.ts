/**
 * Waits for the messages that a drain has left to the event loop, as it does after 5 ms (D4). If everything is done already, no promise
 * is made.
 *
 * @throws an Error, if it is not done after so many turns of the event loop that it never will be.
 */
export function until(isDone: () => boolean): void | Promise<void> {
  if (!isDone()) return later(isDone);
}

async function later(isDone: () => boolean): Promise<void> {
  for (let turn = 0; !isDone(); turn++) {
    if (turn > 1e6) throw new Error('It was not done after a million turns of the event loop.');
    await new Promise(setImmediate);
  }
}
