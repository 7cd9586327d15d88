/** Stands first in every message, so that the port can carry others as well. */
const TAG = 'rx-broker/1';

/** An end of two, or the middle of a star. */
export type PortRole = 'hub' | 'end';

/**
 * What goes over a port.
 *
 * - `hello`: this end, which asks who is there. `welcome`: the answer to the node `to`, with the nodes that can be reached here, and the ids that
 *   this end owns.
 * - `batch`: to a node, from a node, with the objects in it that move.
 * - `claim` and `release` go to the end that decides, `owner` is its answer.
 * - `up`, `down`: a node has come to a hub, or left it.
 * - `bye`: this end leaves. `gone`: tells a node that it counts as gone here.
 */
export type PortMessage =
  | readonly ['hello', nodeId: string, role: PortRole]
  | readonly ['welcome', to: string, nodeId: string, role: PortRole, nodes: readonly string[], claims: readonly string[]]
  | readonly ['batch', to: string, from: string, batch: unknown, transfer: readonly unknown[]]
  | readonly ['claim', ref: number, id: string]
  | readonly ['owner', ref: number, owner: string]
  | readonly ['release', id: string]
  | readonly ['up' | 'down' | 'gone', nodeId: string]
  | readonly ['ping' | 'pong' | 'bye'];

type Shape = readonly ((value: unknown) => boolean)[];

const SHAPES: Readonly<Record<PortMessage[0], Shape>> = {
  hello: [isText, isRole],
  welcome: [isText, isText, isRole, areTexts, areTexts],
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

const SHAPE_OF: ReadonlyMap<unknown, Shape> = new Map(Object.entries(SHAPES));

export function tagged(message: PortMessage): readonly unknown[] {
  return [TAG, ...message];
}

/** Reads what came over a port. `undefined` for anything that is no message of this package. */
export function readPortMessage(given: unknown): PortMessage | undefined {
  if (!Array.isArray(given) || given[0] !== TAG) return undefined;
  const message: readonly unknown[] = given.slice(1);
  return isPortMessage(message) ? message : undefined;
}

function isPortMessage(message: readonly unknown[]): message is PortMessage {
  const [kind, ...parts] = message;
  const shape = SHAPE_OF.get(kind);
  return shape?.length === parts.length && shape.every((isOf, index) => isOf(parts[index]));
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isRole(value: unknown): boolean {
  return value === 'hub' || value === 'end';
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}
