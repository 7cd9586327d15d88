import { type Details, BROADCAST, PLAIN } from '../kernel/details';
import type { Task } from '../kernel/task';
import type { TellOptions } from '../message/send-options';

/** The details of a message, from its options and from the turn that sends it: a turn passes its headers on (rule S7). */
export function detailsOf(options: TellOptions | undefined, parent: Task | null, topic?: string, isBroadcast = false): Details {
  const plain = isBroadcast ? BROADCAST : PLAIN;
  if (options === undefined && parent === null && topic === undefined) return plain;
  const { headers: own, sender = parent?.self, ttl } = options ?? plain;
  const inherited = parent === null ? PLAIN.headers : parent.details.headers;
  const headers = own === undefined || own === PLAIN.headers ? inherited : inherited === PLAIN.headers ? own : { ...inherited, ...own };
  if (ttl === undefined && sender === undefined && topic === undefined && headers === PLAIN.headers) return plain;
  return { ttl, sender, topic, headers, attempt: 1, isBroadcast };
}
