/**
 * The names that the nodes of one namespace use on the server.
 *
 * - `<namespace>.inbox.<node>`: the batches and the probes for a node.
 * - `<namespace>.echo.<node>.<other>`: a node's answers from another one, and the server's word that nobody listens to the other's inbox.
 * - `<namespace>.read.<node>.<n>`: what the server sends a node when it reads many keys.
 * - `$KV.<namespace>.nodes.<node>`: a node's lease.
 * - `$KV.<namespace>.actors.<id>`: the claim of an actor id.
 */
export class Subjects {
  readonly #namespace: string;

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  inbox(node: string): string {
    return `${this.#namespace}.inbox.${node}`;
  }

  /**
   * Where a node hears about another one. A batch names it as its reply subject, so that the subject also tells who sent the batch, and
   * whether it is text.
   */
  echo(node: string, other: string, isText = true): string {
    return `${this.#namespace}.echo.${node}.${other}${isText ? '' : BYTES}`;
  }

  echoes(node: string): string {
    return `${this.#namespace}.echo.${node}.>`;
  }

  read(node: string, count: number): string {
    return `${this.#namespace}.read.${node}.${count}`;
  }

  key(key: string): string {
    return `$KV.${this.#namespace}.${key}`;
  }

  /** The two nodes of an echo, or `undefined` for another subject. */
  readEcho(subject: string | undefined): { readonly node: string; readonly other: string; readonly isText: boolean } | undefined {
    if (subject?.startsWith(`${this.#namespace}.echo.`) !== true) return undefined;
    const [, , node, other] = subject.split('.');
    return node === undefined || other === undefined ? undefined : { node, other, isText: !subject.endsWith(BYTES) };
  }

  /** Whether a subject belongs to the namespace. */
  has(subject: string): boolean {
    return subject.startsWith(`${this.#namespace}.`) || subject.startsWith(this.key('')) || subject.split('.').includes(`KV_${this.#namespace}`);
  }
}

/** Ends the reply subject of a batch of bytes. */
const BYTES = '.bytes';

export const leaseKey = (node: string): string => `nodes.${node}`;

/** The most bytes of an id that stands in its key as it is. The server ends the connection of a client whose subject has more than 4,096. */
const LONGEST_ID = 2000;

/** The key of an actor's claim. An id may be any text, which a key may not; a very long one has the key of its SHA-256. */
export async function claimKey(id: string): Promise<string> {
  const bytes = new TextEncoder().encode(id);
  if (bytes.length <= LONGEST_ID) return `actors.${toBase64Url(bytes)}`;
  // It begins with a character that no other key has.
  return `actors.=${toBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))}`;
}

/** The last token of a subject or a key. */
export const lastToken = (subject: string): string => subject.slice(subject.lastIndexOf('.') + 1);

function toBase64Url(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
