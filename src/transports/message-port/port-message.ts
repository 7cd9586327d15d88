/** Stands first in every message, so that the port can carry others as well. */
const TAG = 'rx-broker/1';

/**
 * What goes over a port.
 *
 * - `hello`: who is there, `nodes` that can be reached here, and the ids that this end owns.
 * - `batch`: to a node, from a node, with the objects in it that move.
 * - `claim` and `release` go to the end that decides, `owner` is its answer.
 * - `up`, `down`: a node has come to a hub, or left it.
 * - `bye`: this end leaves. `gone`: the node counts as gone, though it says something.
 */
export type PortMessage =
  | readonly ['hello', nodeId: string, role: 'hub' | 'end', nodes: readonly string[], claims: readonly string[]]
  | readonly ['batch', to: string, from: string, batch: unknown, transfer: readonly unknown[]]
  | readonly ['claim', ref: number, id: string]
  | readonly ['owner', ref: number, owner: string]
  | readonly ['release', id: string]
  | readonly ['up' | 'down' | 'gone', nodeId: string]
  | readonly ['ping' | 'pong' | 'bye'];

const SHAPES: Readonly<Record<PortMessage[0], readonly ((value: unknown) => boolean)[]>> = {
  hello: [isText, (role) => role === 'hub' || role === 'end', areTexts, areTexts],
  batch: [isText, isText, () => true, Array.isArray],
  claim: [Number.isSafeInteger, isText],
  owner: [Number.isSafeInteger, isText],
  release: [isText],
  up: [isText],
  down: [isText],
  gone: [isText],
  ping: [],
  pong: [],
  bye: [],
};

export function tagged(message: PortMessage): readonly unknown[] {
  return [TAG, ...message];
}

/** Reads what came over a port. `undefined` for anything that is no message of this package. */
export function readPortMessage(message: unknown): PortMessage | undefined {
  if (!Array.isArray(message) || message[0] !== TAG) return undefined;
  const [, kind, ...parts] = message as unknown[];
  const shape = Object.hasOwn(SHAPES, kind as string) ? SHAPES[kind as PortMessage[0]] : undefined;
  const isFine = shape?.length === parts.length && shape.every((isOf, index) => isOf(parts[index]));
  return isFine ? (message.slice(1) as unknown as PortMessage) : undefined;
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}
