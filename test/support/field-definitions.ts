import { compileFields } from '../../src/core/fields/compile-fields';
import type { CompiledField } from '../../src/core/fields/field-rules';
import type { FieldDefinition, LocalizedText } from '../../src/core/model/field-definition';

/** A field definition. Settings that are left out have the contract's defaults. */
export type FieldDraft = Partial<FieldDefinition> & { readonly name: string };

export function aField(draft: FieldDraft): FieldDefinition {
  return {
    type: undefined,
    itemType: undefined,
    values: [],
    description: undefined,
    prompt: undefined,
    examples: [],
    valid: '',
    reason: undefined,
    sources: [],
    sensitive: false,
    maxAgeMs: undefined,
    ...draft,
  };
}

/** A text with translations by language tag. */
export function aText(text: string, translations: Readonly<Record<string, string>> = {}): LocalizedText {
  return { text, translations: new Map(Object.entries(translations)) };
}

/** Compiles drafts. Fails if they are refused. */
export function compiledFields(drafts: readonly FieldDraft[]): ReadonlyMap<string, CompiledField> {
  const { compiled, findings } = compileFields(drafts.map(aField));
  if (compiled === undefined) throw new Error(`refused: ${JSON.stringify(findings, null, 1)}`);
  return compiled;
}
