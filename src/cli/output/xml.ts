import { toVisibleLines } from '../../core/model/visible-text';

// Formats XML for reports that CI systems read.

/** Formats the attributes of a tag, each with a space before it. */
export function formatAttributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXmlText(String(value))}"`)
    .join('');
}

const xmlEntities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Escapes text for XML 1.0. Invisible characters, some of which XML forbids, become visible escapes. Keeps line breaks. */
export function escapeXmlText(text: string): string {
  return toVisibleLines(text).replaceAll(/[&<>"]/g, (character) => xmlEntities[character] ?? character);
}
