import { stringify } from 'yaml';

/** A value as a conversation file would give it on one line; `nothing` for undefined. */
export function formatValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  return stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).trim();
}
