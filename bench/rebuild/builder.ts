// What is compared: ways to build the whole GraphQL schema of an app of so many entities, from its definitions on.

/** `build` makes one schema and throws it away; each call begins from nothing. */
export type Builder = Readonly<{ name: string; build(entities: number): Promise<void> }>
