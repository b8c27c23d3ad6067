import type { FieldTexts, LocalizedText } from '../model/field-definition';
import type { FieldRules } from './field-rules';

/**
 * Returns the text for a language by lookup (RFC 4647, 3.4). Tries the tag, then removes trailing subtags until a translation matches.
 * Otherwise returns the default text, or "" if no text is defined. Tags are case-insensitive.
 */
export function chooseText(localized: LocalizedText | undefined, language: string): string {
  if (localized === undefined) return '';
  const { text, translations } = localized;
  const byTag = new Map([...translations].map(([tag, translation]) => [tag.toLowerCase(), translation]));
  // Some callers send `de_CH` instead of `de-CH`.
  for (let tag = language.toLowerCase().replaceAll('_', '-'); tag !== ''; tag = truncateTag(tag)) {
    const translation = byTag.get(tag);
    if (translation !== undefined) return translation;
  }
  return text;
}

/** Removes the last subtag. Also removes a single-character subtag before it, because that only introduces the removed one. */
function truncateTag(tag: string): string {
  const shorter = tag.slice(0, Math.max(0, tag.lastIndexOf('-')));
  return /(?:^|-)[^-]$/.test(shorter) ? truncateTag(shorter) : shorter;
}

/** Returns the texts of the named fields in the order of `names` (section 10). Skips fields without a definition. */
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
