import type { FieldTexts, LocalizedText } from '../model/field-definition';
import type { FieldRules } from './field-rules';

/**
 * Chooses the text for a language by lookup (RFC 4647, 3.4): the tag itself, then without its last subtags one by one, else the default text.
 * Tags are compared without regard to case. "" for a text that is not defined.
 */
export function chooseText(localized: LocalizedText | undefined, language: string): string {
  if (localized === undefined) return '';
  const { text, translations } = localized;
  if (translations.size === 0 || language === '') return text;
  const byTag = new Map([...translations].map(([tag, translation]) => [tag.toLowerCase(), translation]));
  // Some callers write `de_CH`.
  for (let tag = language.toLowerCase().replaceAll('_', '-'); tag !== ''; tag = truncateTag(tag)) {
    const translation = byTag.get(tag);
    if (translation !== undefined) return translation;
  }
  return text;
}

/** Removes the last subtag, and a single-character subtag before it, which only introduces the removed one. */
function truncateTag(tag: string): string {
  const shorter = tag.slice(0, Math.max(0, tag.lastIndexOf('-')));
  return /(?:^|-)[^-]$/.test(shorter) ? truncateTag(shorter) : shorter;
}

/** The texts of the defined fields of a list, in its order (section 10). */
export function describeFields(
  names: readonly string[],
  rules: Pick<FieldRules, 'fields'>,
  language: string,
): readonly FieldTexts[] {
  return names.flatMap((fieldName): FieldTexts[] => {
    const definition = rules.fields.get(fieldName)?.definition;
    if (definition === undefined) return [];
    return [
      {
        fieldName,
        description: chooseText(definition.description, language),
        prompt: chooseText(definition.prompt, language),
        examples: definition.examples.map((example) => chooseText(example, language)),
      },
    ];
  });
}
