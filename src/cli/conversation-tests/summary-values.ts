// The values of a summary: maps by scenario name, enum values without their prefix.

/** Values by scenario name. */
export type ByScenario<Value> = Readonly<Record<string, Value>>;

/**
 * Returns the name of an enum value without the prefix of its enum: `CANDIDATE` for `LIFECYCLE_REASON_CANDIDATE`. A value that
 * only a newer service defines is formatted as its number.
 */
export function formatEnum(enumType: Readonly<Record<number, string>>, value: number): string {
  const prefix = enumType[0]?.replace(/UNSPECIFIED$/, '') ?? '';
  const name = enumType[value] ?? String(value);
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** Groups items by the name of their scenario. If a scenario has several items, the last one is used. */
export function groupByScenario<Item extends { readonly scenarioId: string }, Value>(
  items: readonly Item[],
  getName: (scenarioId: string) => string,
  getValue: (item: Item) => Value,
): ByScenario<Value> {
  return Object.fromEntries(items.map((item) => [getName(item.scenarioId), getValue(item)]));
}

/** Groups the items whose value is not empty. */
export function groupNonEmpty<Item extends { readonly scenarioId: string }, Value>(
  items: readonly Item[],
  getName: (scenarioId: string) => string,
  getValue: (item: Item) => Value,
): ByScenario<Value> {
  return groupByScenario(
    items.filter((item) => !isEmptyValue(getValue(item))),
    getName,
    getValue,
  );
}

function isEmptyValue(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === '' || value === 0;
}

/** Returns an action key without the id of the instance, which a file cannot know: `pay/1` for `<instance>/pay/1`. */
export function removeInstanceId(actionKey: string): string {
  return actionKey.slice(actionKey.indexOf('/') + 1);
}
