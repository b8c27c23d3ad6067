// Describes a field of the contract from its comment and its buf.validate rules.
import { ScalarType } from '@bufbuild/protobuf';
import { canBeOmitted, getCommentParagraphs, getRules, isRequired } from '../contract-image.mjs';
import { fail } from '../run.mjs';

/** Seconds of durations and timestamps that have a readable name. */
const secondsNames = new Map([
  [0n, '1970'],
  [1n, '1 second'],
  [315360000n, '10 years'],
  [253402300799n, '9999'],
]);
// Matches the beginning of a comment: "Required." or "Optional, default X."
const presencePattern = /^(Required|Optional)(?:, ([^.]*(?:\.\w[^.]*)*))?\.(?:\s+|$)/;
// Matches a sentence that only repeats the rules.
const boundPhrase = String.raw`(UUIDs?( or empty)?|(each )?-?[\d,]+\.\.-?[\d,]+( characters)?|at most [\d,]+( characters| entries| numbers)?|1 second\.\.10 years|unique)`;
const boundsPattern = new RegExp(`^${boundPhrase}(, ${boundPhrase})*\\.$`, 'i');

/**
 * Returns `type` with its bounds, `presence` (required, or the default; empty in responses) and `meaning`. The caller passes the formats
 * of types: `formatNamed(descriptor)` for a message or enum, `formatScalar(type)` for other types.
 */
export function describeField(field, formats) {
  const rules = getRules(field);
  const text = getCommentParagraphs(field).join(' ');
  const [prefix = '', presence, detail] = presencePattern.exec(text) ?? [];
  if (presence !== undefined) checkPresence(field, presence === 'Required', rules);
  const meaning = text.slice(prefix.length);
  return {
    type: describeType(field, rules, formats),
    presence: presence === 'Required' ? '**required**' : (detail ?? '').replace(/^default /, ''),
    meaning: rules === undefined ? meaning : removeBounds(meaning),
  };
}

/** Fails if a comment contradicts the rules. Rules cannot require a number, because 0 equals a number that is not set. */
function checkPresence(field, isStatedAsRequired, rules) {
  const isNumber = field.fieldKind === 'scalar' && field.scalar !== ScalarType.STRING;
  if (isStatedAsRequired === isRequired(rules) || (isStatedAsRequired && isNumber)) return;
  fail(
    `contract: the comment of ${field.parent.name}.${field.name} says ${isStatedAsRequired ? 'Required' : 'Optional'}, but its buf.validate rules do not`,
  );
}

function removeBounds(text) {
  const sentences = text.split(/(?<=\.)\s+(?=[A-Z\d-])/);
  return sentences.filter((sentence) => !boundsPattern.test(sentence)).join(' ');
}

function describeType(field, rules, formats) {
  const { value } = rules?.type ?? {};
  const element = describeElementType(field, formats);
  switch (field.fieldKind) {
    case 'list':
      return joinNonEmpty(
        `list of ${element}`,
        describeCount(value?.minItems, value?.maxItems, ''),
        addPrefix('each ', describeBounds(value?.items)),
        value?.unique ? 'unique' : '',
      );
    case 'map':
      return joinNonEmpty(
        `map of ${formats.formatScalar(field.mapKey)} to ${element}`,
        describeCount(value?.minPairs, value?.maxPairs, 'entries'),
        addPrefix('keys of ', describeBounds(value?.keys)),
        addPrefix('values of ', describeBounds(value?.values)),
      );
    default:
      return joinNonEmpty(element, describeBounds(rules));
  }
}

function describeElementType({ enum: values, message, scalar }, formats) {
  return values || message ? formats.formatNamed(values ?? message) : formats.formatScalar(scalar);
}

/** Describes the bounds of a single value. */
function describeBounds(rules) {
  const { case: kind, value = {} } = rules?.type ?? {};
  if (kind !== 'string') return describeRange(value);
  if (value.wellKnown?.case === 'uuid') return canBeOmitted(rules) ? 'UUID or empty' : 'UUID';
  return describeCount(value.minLen, value.maxLen, 'characters');
}

function addPrefix(prefix, text) {
  return text === '' ? '' : `${prefix}${text}`;
}

function describeCount(min = 0n, max = 0n, unit) {
  const suffix = unit === '' ? '' : ` ${unit}`;
  if (max === 0n) return min === 0n ? '' : `at least ${formatNumber(min)}${suffix}`;
  return min === 0n ? `at most ${formatNumber(max)}${suffix}` : `${formatNumber(min)}..${formatNumber(max)}${suffix}`;
}

function describeRange({ greaterThan, lessThan }) {
  if (greaterThan?.case === 'gt' || lessThan?.case === 'lt')
    fail('contract: exclusive bounds (gt, lt) are not supported');
  const [min, max] = [greaterThan?.value, lessThan?.value].map((bound) =>
    bound === undefined ? '' : formatNumber(bound),
  );
  if (min === '') return max === '' ? '' : `at most ${max}`;
  return max === '' ? `at least ${min}` : `${min}..${max}`;
}

function formatNumber(bound) {
  if (typeof bound !== 'object') return bound.toLocaleString('en');
  return secondsNames.get(bound.seconds) ?? `${bound.seconds} seconds`;
}

function joinNonEmpty(...parts) {
  return parts.filter((part) => part !== '').join(', ');
}
