/** What a mailbox answers when a message was queued, was run, or its sender waits: no failure. In a file without imports: see `lane.ts`. */
export const TAKEN = '';
