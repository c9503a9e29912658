// What the readers of wild documents share: a value that is looked at, and a way to tell how it was read.

/** A value as the wild has it: an object whose keys are to be looked at. */
export type Wild = Readonly<Record<string, unknown>>
/** Tells what was read otherwise than it is written; `path` reaches into the document as it came. */
export type Warn = (path: string, message: string) => void
