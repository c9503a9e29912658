// Operations to start from: what one is, whatever API it is for.

/** A variable that takes its first value from a record: the id of the first that `query` lists. */
export type Sample = Readonly<{ variable: string; query: string }>

/** An operation that is valid for whoever gets it. `group` is what it is about, `title` what it does. */
export type Starter = Readonly<{ group: string; title: string; query: string; samples: readonly Sample[] }>
