import type { z } from 'zod';

/** What keys of a section demand of each other. The values may be of the wrong type: all problems are told at once. */
export interface SectionRule<Fields> {
  /** The key that the problem is told of. */
  readonly key: keyof Fields & string;
  readonly error: string;
  holds(given: Fields): boolean;
}

/** A section whose keys must fit each other, too. */
export function withRules<Section extends z.ZodObject>(
  section: Section,
  rules: readonly SectionRule<z.infer<Section>>[],
): Section {
  return rules.reduce(
    (checked, { key, error, holds }) => checked.refine(holds, { when: () => true, path: [key], error }),
    section,
  );
}

/** Whether a key was given a value: no empty text or list. */
export function isSet(value: unknown): boolean {
  return value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);
}
