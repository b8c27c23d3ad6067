import {
  type ConditionFindingCode,
  type ConditionLimits,
  compileFieldRule,
  defaultConditionLimits,
  getCompileWork,
} from '../conditions';
import { Allowance } from '../model/allowance';
import { findDuplicates } from '../model/duplicates';
import type { FieldDefinition, LocalizedText } from '../model/field-definition';
import { FindingList, runWithoutPauses } from '../model/findings';
import type { CompiledField } from './field-rules';
import { createNormalizer, toComparable } from './normalize-value';

/** Codes of findings in field definitions. Each comment names the author's mistake. */
export type FieldFindingCode =
  | ConditionFindingCode
  /** Two definitions have the same name. */
  | 'DUPLICATE_FIELD'
  /** An ENUM, or a LIST of ENUM, has no values. */
  | 'ENUM_WITHOUT_VALUES'
  /** A text is a name or synonym of two values of an ENUM. */
  | 'AMBIGUOUS_ENUM_VALUE'
  /** A LIST has no item type. */
  | 'LIST_WITHOUT_ITEM_TYPE'
  /** A setting has no effect on a field of this type. */
  | 'FIELD_SETTING_WITHOUT_EFFECT'
  /** A text has two translations for one language. */
  | 'DUPLICATE_LANGUAGE';

/** A problem in field definitions. Definitions with an ERROR are refused. */
export interface FieldFinding {
  readonly severity: 'ERROR' | 'WARNING';
  /** Stable. */
  readonly code: FieldFindingCode;
  /** What is wrong and how to fix it. */
  readonly message: string;
  /** Path in the field names of the contract, for example `fields[2].valid`. */
  readonly fieldPath: string;
  /** 1-based position within a rule; 0 for other findings. */
  readonly line: number;
  readonly column: number;
}

/** The result of compiling field definitions. */
export interface FieldsCompilation {
  /** By name; undefined if a finding is an ERROR. */
  readonly compiled: ReadonlyMap<string, CompiledField> | undefined;
  /** ERRORs first; each severity in the order of the definitions. At most `maxFindings`. */
  readonly findings: readonly FieldFinding[];
  /** The number of findings that are not listed. */
  readonly omittedFindings: number;
}

/** Checks and compiles field definitions. All findings are returned together. The same definitions give the same result. */
export function compileFields(
  definitions: readonly FieldDefinition[],
  limits: ConditionLimits = defaultConditionLimits,
): FieldsCompilation {
  return runWithoutPauses(compileFieldsInParts(definitions, limits, new Allowance(Number.POSITIVE_INFINITY)));
}

/**
 * Checks and compiles field definitions as `compileFields` does, and yields where it can pause: after each definition.
 *
 * @throws OrchestratorError WORK_LIMIT if the definitions need more work than the allowance has left.
 */
export function* compileFieldsInParts(
  definitions: readonly FieldDefinition[],
  limits: ConditionLimits,
  allowance: Allowance,
): Generator<void, FieldsCompilation> {
  const fields = new Map<string, CompiledField>();
  const findings = new FindingList<FieldFinding>();
  for (const { index, firstIndex } of findDuplicates(definitions, ({ name }) => name)) {
    const message = `Field "${definitions[index]?.name}" is already defined as fields[${firstIndex}]. Keep one definition.`;
    findings.add(toFinding('ERROR', 'DUPLICATE_FIELD', `fields[${index}].name`, { message }));
  }
  for (const [index, definition] of definitions.entries()) {
    const path = `fields[${index}]`;
    allowance.spend('compiled conditions', getDefinitionWork(definition));
    const { rule, findings: ruleFindings } =
      definition.valid === '' ? noRule : compileFieldRule(definition.valid, limits);
    for (const { severity, code, ...finding } of ruleFindings) {
      findings.add(toFinding(severity, code, `${path}.valid`, finding));
    }
    for (const finding of [...checkType(definition, path), ...checkTexts(definition, path)]) findings.add(finding);
    fields.set(definition.name, { definition, normalize: createNormalizer(definition), rule });
    yield;
  }
  const compiled = findings.hasErrors ? undefined : fields;
  return { compiled, findings: findings.list(), omittedFindings: findings.omitted };
}

/** Returns the units that compiling a definition costs: its rule, and the values of its ENUM. */
function getDefinitionWork({ valid, values }: FieldDefinition): number {
  const synonyms = values.reduce((sum, value) => sum + value.synonyms.length, values.length);
  return 100 + 10 * synonyms + (valid === '' ? 0 : getCompileWork(valid));
}

const noRule: ReturnType<typeof compileFieldRule> = { findings: [] };

interface FindingText {
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
}

function toFinding(
  severity: FieldFinding['severity'],
  code: FieldFindingCode,
  fieldPath: string,
  { message, line = 0, column = 0 }: FindingText,
): FieldFinding {
  return { severity, code, message, fieldPath, line, column };
}

/** Checks the settings that only some types have. */
function checkType({ name, type, itemType, values }: FieldDefinition, path: string): readonly FieldFinding[] {
  const error = (code: FieldFindingCode, setting: string, message: string): FieldFinding =>
    toFinding('ERROR', code, `${path}.${setting}`, { message });
  const findings: FieldFinding[] = [];
  if (type === 'LIST' && itemType === undefined) {
    findings.push(
      error(
        'LIST_WITHOUT_ITEM_TYPE',
        'item_type',
        `Field "${name}" is a LIST. Set item_type to the type of its elements.`,
      ),
    );
  }
  if (type !== 'LIST' && itemType !== undefined) {
    const message = `item_type of field "${name}" has no effect, because its type is not LIST. Set type to LIST, or remove item_type.`;
    findings.push(error('FIELD_SETTING_WITHOUT_EFFECT', 'item_type', message));
  }
  const isEnum = type === 'ENUM' || (type === 'LIST' && itemType === 'ENUM');
  if (isEnum && values.length === 0) {
    findings.push(
      error('ENUM_WITHOUT_VALUES', 'values', `Field "${name}" is an ENUM without values. List them in values.`),
    );
  }
  if (!isEnum && values.length > 0) {
    const message = `values of field "${name}" have no effect, because its type is not ENUM. Set type to ENUM, or remove values.`;
    findings.push(error('FIELD_SETTING_WITHOUT_EFFECT', 'values', message));
  }
  return [...findings, ...(isEnum ? checkEnumValues(values, path) : [])];
}

/** Finds texts that map to more than one value. The first value is used. */
function checkEnumValues(values: FieldDefinition['values'], path: string): readonly FieldFinding[] {
  const owners = new Map<string, string>();
  const findings: FieldFinding[] = [];
  const check = (text: string, value: string, place: string): void => {
    const owner = owners.get(toComparable(text));
    if (owner === undefined) owners.set(toComparable(text), value);
    else if (owner !== value) {
      const message = `"${text}" already stands for the value "${owner}", so it never gives "${value}". Remove one of the two.`;
      findings.push(toFinding('ERROR', 'AMBIGUOUS_ENUM_VALUE', `${path}.${place}`, { message }));
    }
  };
  for (const [index, { value }] of values.entries()) check(value, value, `values[${index}].value`);
  for (const [index, { value, synonyms }] of values.entries()) {
    for (const [at, synonym] of synonyms.entries()) check(synonym, value, `values[${index}].synonyms[${at}]`);
  }
  return findings;
}

function checkTexts({ description, prompt, examples, reason }: FieldDefinition, path: string): readonly FieldFinding[] {
  const texts: readonly (readonly [place: string, text: LocalizedText | undefined])[] = [
    ['description', description],
    ['prompt', prompt],
    ...examples.map((example, index) => [`examples[${index}]`, example] as const),
    ['reason', reason],
  ];
  return texts.flatMap(([place, text]) => {
    const tags = [...(text?.translations.keys() ?? [])];
    return findDuplicates(tags, (tag) => tag.toLowerCase()).map(({ index, firstIndex }) => {
      const message = `"${tags[index]}" and "${tags[firstIndex]}" are the same language, because case makes no difference. Keep one.`;
      const fieldPath = `${path}.${place}.translations[${JSON.stringify(tags[index])}]`;
      return toFinding('ERROR', 'DUPLICATE_LANGUAGE', fieldPath, { message });
    });
  });
}
