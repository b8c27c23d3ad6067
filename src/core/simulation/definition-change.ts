import type { Scenario } from '../model/scenario';
import type { DefinitionSet } from './definitions';
import { toContractName } from './value-text';

/** What a change of definitions concerns. */
export type ChangeScope = 'DEFINITIONS' | 'SCENARIO' | 'STEP' | 'TRANSITION' | 'FIELD' | 'RELATIONSHIP';
export type ChangeAction = 'ADDED' | 'REMOVED' | 'CHANGED' | 'RENAMED';

/** One change between two sets of definitions. */
export interface DefinitionChange {
  readonly scope: ChangeScope;
  readonly action: ChangeAction;
  /** "" for fields and relationships, like the next three. */
  readonly scenarioId: string;
  readonly scenarioName: string;
  /** The id of the new definition; of the old one if the step was removed. "" for a global transition. */
  readonly stepId: string;
  /** The author's id, else "<step id>/<n>" or "global/<n>". */
  readonly transitionId: string;
  /** The name of a field, or the kind and the ends of a relationship; "" for other scopes. */
  readonly name: string;
  /** In the names of the contract, for example `condition`; "" if the whole object was added, removed or renamed. */
  readonly property: string;
  /** Canonical text of the old and the new value; "" for none. */
  readonly before: string;
  readonly after: string;
}

/** A change that can be taken back alone. */
export interface RevertibleChange extends DefinitionChange {
  /** Returns the set without the change. Changes of the set that the change does not concern stay. */
  readonly revert: (set: DefinitionSet) => DefinitionSet;
}

/** A change of a scenario. */
export interface ScenarioChange extends DefinitionChange {
  readonly revert: (scenario: Scenario) => Scenario;
}

/** The place of a change, without what changed. */
export type ChangeOwner = Omit<DefinitionChange, 'scope' | 'action'>;

/** A place without any part. */
export const noChange: ChangeOwner = {
  scenarioId: '',
  scenarioName: '',
  stepId: '',
  transitionId: '',
  name: '',
  property: '',
  before: '',
  after: '',
};

/** Identifies a change among those of two sets. */
export function getChangeKey(change: DefinitionChange): string {
  const { scope, action, scenarioId, stepId, transitionId, name, property, before, after } = change;
  return JSON.stringify([scope, action, scenarioId, stepId, transitionId, name, property, before, after]);
}

/** Describes a change in one sentence, for example `Refund, step amount, transition amount/1: condition changed from ... to ...`. */
export function describeChange(change: DefinitionChange): string {
  const { scope, action, property, before, after } = change;
  const place = listPlaces(change).join(', ');
  if (scope === 'DEFINITIONS') return 'No single change of the definitions explains it.';
  const [from, to] = quoteDifference(before, after);
  const values = `from ${from} to ${to}`;
  switch (action) {
    case 'ADDED':
      return `${place} was added.`;
    case 'REMOVED':
      return `${place} was removed.`;
    case 'RENAMED':
      return `${place} was renamed ${values}.`;
    case 'CHANGED':
      return property === '' ? `Several changes of ${place} together.` : `${place}: ${property} changed ${values}.`;
  }
}

function listPlaces({ scope, scenarioName, stepId, transitionId, name }: DefinitionChange): readonly string[] {
  switch (scope) {
    case 'DEFINITIONS':
      return ['the definitions'];
    case 'FIELD':
      return [`field ${name}`];
    case 'RELATIONSHIP':
      return [`relationship ${name}`];
    case 'SCENARIO':
      return [scenarioName];
    case 'STEP':
      return [scenarioName, `step ${stepId}`];
    case 'TRANSITION':
      return [scenarioName, ...(stepId === '' ? [] : [`step ${stepId}`]), `transition ${transitionId}`];
  }
}

/** The number of characters of a long value that a description quotes before and after what differs. */
const quotedContext = 30;
/** A longer value is quoted only around what differs. */
const maxQuotedLength = 120;

/** Quotes two values; of long ones only the part in which they differ. */
function quoteDifference(before: string, after: string): readonly [string, string] {
  if (before === '' || after === '' || Math.max(before.length, after.length) <= maxQuotedLength) {
    return [truncate(before) || 'none', truncate(after) || 'none'];
  }
  const shortest = Math.min(before.length, after.length);
  let start = 0;
  while (start < shortest && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shortest - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const quote = (text: string): string => quotePart(text, start - quotedContext, text.length - end + quotedContext);
  return [quote(before), quote(after)];
}

function quotePart(text: string, start: number, end: number): string {
  const from = start <= 3 ? 0 : start;
  const to = end >= text.length - 3 ? text.length : end;
  return truncate(`${from > 0 ? '...' : ''}${text.slice(from, to)}${to < text.length ? '...' : ''}`);
}

const maxPartLength = 300;

function truncate(text: string): string {
  return text.length > maxPartLength ? `${text.slice(0, maxPartLength)}...` : text;
}

/** A property whose value differs, with its old value. */
export interface ChangedProperty<T> {
  readonly key: keyof T;
  readonly property: string;
  readonly before: string;
  readonly after: string;
}

/** Returns the properties of two objects that differ, sorted. `getText` returns the canonical text of a value. */
export function findChangedProperties<T extends object>(
  before: T,
  after: T,
  except: readonly (keyof T)[],
  getText: (value: unknown) => string,
): readonly ChangedProperty<T>[] {
  const keys = [...new Set([...listKeys(before), ...listKeys(after)])].sort();
  return keys.flatMap((key) => {
    if (except.includes(key)) return [];
    const [oldText, newText] = [getText(before[key]), getText(after[key])];
    if (oldText === newText) return [];
    return [{ key, property: toContractName(String(key)), before: oldText, after: newText }];
  });
}

function listKeys<T extends object>(object: T): (keyof T)[] {
  const keys: (keyof T)[] = [];
  for (const key in object) keys.push(key);
  return keys;
}
