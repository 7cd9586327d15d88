import type { Details } from '../../kernel/details';
import { BROADCAST, PLAIN } from '../../kernel/details';
import { pathOf } from '../../kernel/deadlock';
import type { Task } from '../../kernel/task';
import type { ActorId } from '../../message/actor-id';
import type { Rest } from './frames';
import { LONGEST_NAME, areHeaders } from './read-frame';

/** The facts about a message that travel with it. `parent` is the turn that waits for its reply. @throws {TypeError} for what cannot travel. */
export function restOf({ ttl, sender, topic, headers, attempt }: Details, parent?: Task): Rest | 0 {
  if (parent === undefined && ttl === undefined && sender === undefined && topic === undefined && headers === PLAIN.headers && attempt === 1) return 0;
  const hasHeaders = headers !== PLAIN.headers && Object.keys(headers).length > 0;
  if (hasHeaders && !areHeaders(headers)) throw new TypeError('headers must be an object of texts, not too long');
  for (const name of [sender, topic]) if (name !== undefined && name.length > LONGEST_NAME) throw new TypeError(`a sender or a topic must have at most ${LONGEST_NAME} characters`);
  const rest: Rest = {
    ...(ttl !== undefined && ttl !== Infinity && { ttl }),
    ...(sender !== undefined && { sender }),
    ...(topic !== undefined && { topic }),
    ...(hasHeaders && { headers }),
    ...(attempt !== 1 && { attempt }),
    ...(parent !== undefined && { path: pathOf(parent) }),
  };
  for (const _ in rest) return rest;
  return 0;
}

/** The details of a message that has come from another node. */
export function detailsFrom(rest: Rest | 0, isBroadcast: boolean, topic?: string): Details {
  if (rest === 0 && topic === undefined) return isBroadcast ? BROADCAST : PLAIN;
  const { ttl, sender, headers = PLAIN.headers, attempt = 1, topic: routed = topic } = rest === 0 ? {} : rest;
  if (ttl === undefined && sender === undefined && routed === undefined && headers === PLAIN.headers && attempt === 1 && !isBroadcast) return PLAIN;
  return { ttl, sender: sender as ActorId | undefined, topic: routed, headers, attempt, isBroadcast };
}
