// It serves nothing.
export {};
