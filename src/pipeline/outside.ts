// What the pipeline is handed to reach the rest of the world with; it knows neither addresses nor connections.

export type Outside = Readonly<{
  /** Says that events wait to be delivered; called after the commit that left some. */
  wake(): void
}>
