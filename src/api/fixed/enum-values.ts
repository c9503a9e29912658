// The words of the metadata language as values of GraphQL enums.

/** Values of an enum by their GraphQL names: `one_to_many` stands as ONE_TO_MANY. */
export function listValues<T extends string>(descriptions: Readonly<Record<T, string>>) {
  const values = (Object.keys(descriptions) as T[]).map(
    (value) => [value.toUpperCase(), { value, description: descriptions[value] }] as const,
  )
  return Object.fromEntries(values) as Record<Uppercase<T>, { value: T; description: string }>
}
