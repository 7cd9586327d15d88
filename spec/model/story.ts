/** What can be seen from outside while a command is carried out, by kind, each in its order. */
export class Story {
  /** Turns as they start: which actor, which message, which attempt. */
  readonly turns: string[] = [];
  /** What callers are told. */
  readonly replies: string[] = [];
  /** What calls return at once: taken or refused, how many took it. */
  readonly answers: string[] = [];
  readonly letters: string[] = [];
  /** What those see who are no actors: of topics, and of broadcasts. */
  readonly streams: string[] = [];
  readonly broadcasts: string[] = [];
  /** Who is told of whose end. */
  readonly ends: string[] = [];

  forget(): void {
    for (const kind of KINDS) this[kind].length = 0;
  }
}

export type Kind = 'turns' | 'replies' | 'answers' | 'letters' | 'streams' | 'broadcasts' | 'ends';
export const KINDS: readonly Kind[] = ['turns', 'replies', 'answers', 'letters', 'streams', 'broadcasts', 'ends'];
