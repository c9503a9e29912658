// What the doctor has to say.

/** `problem`: something does not work; `warning`: somebody should decide whether it is meant so; `note`: good to know. */
export type Level = 'problem' | 'warning' | 'note'
/** `place` is `settings`, `platform`, or `app <name>`. */
export type Finding = Readonly<{ level: Level; place: string; message: string }>

/** Makes the findings of one place. */
export function findingsOf(place: string, level: Level, messages: readonly string[]): readonly Finding[] {
  return messages.map((message) => ({ level, place, message }))
}
