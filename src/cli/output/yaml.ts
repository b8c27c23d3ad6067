import { Document, visit } from 'yaml';
import { hasInvisible, toVisibleJson } from '../../core/model/visible-text';

/** Formats a value as a YAML file. Texts with invisible characters are quoted, with escapes that YAML reads as the same characters. */
export function formatYamlFile(schema: string, value: unknown): string {
  const document = new Document(value);
  visit(document, {
    Scalar(_key, scalar) {
      if (typeof scalar.value === 'string' && isUnsafe(scalar.value)) scalar.type = 'QUOTE_DOUBLE';
    },
  });
  // Invisible characters are left only in double quotes, where the escapes of JSON are also those of YAML.
  const yaml = toVisibleJson(document.toString({ lineWidth: 120 }));
  return `# yaml-language-server: $schema=${schema}\n${yaml.trimEnd()}`;
}

/** Whether a text has an invisible character other than a line break, which YAML shows in a block. */
function isUnsafe(text: string): boolean {
  return hasInvisible(text.replaceAll('\n', ''));
}
