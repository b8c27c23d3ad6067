// What the contract says of a field, in words for a page.
import { ScalarType } from '@bufbuild/protobuf';
import { comment, isRequired, mayBeLeftOut, rulesOf } from '../contract-image.mjs';
import { fail } from '../run.mjs';

/** Seconds that are told in words. */
const TIMES = new Map([
  [0n, '1970'],
  [1n, '1 second'],
  [315360000n, '10 years'],
  [253402300799n, '9999'],
]);
// How a comment says what may be given; the rest of it is what the field means.
const PRESENCE = /^(Required|Optional)(?:, ([^.]*(?:\.\w[^.]*)*))?\.(?:\s+|$)/;
// A sentence of a comment that says again what the rules say.
const PHRASE = String.raw`(UUIDs?( or empty)?|(each )?-?[\d,]+\.\.-?[\d,]+( characters)?|at most [\d,]+( characters| entries| numbers)?|1 second\.\.10 years|unique)`;
const BOUNDS = new RegExp(`^${PHRASE}(, ${PHRASE})*\\.$`, 'i');

/**
 * The words on a field: `type` with its bounds, `presence` (required, or what counts where it is left out, empty in answers) and
 * `meaning`. A page has its own way to write types: `named(descriptor)` a message or enum, `scalar(type)` everything else.
 */
export function fieldWords(field, page) {
  const rules = rulesOf(field);
  const text = comment(field).join(' ');
  const [whole = '', presence, without] = PRESENCE.exec(text) ?? [];
  if (presence !== undefined) compare(field, presence === 'Required', rules);
  return {
    type: typeWords(field, rules, page),
    presence: presence === 'Required' ? '**required**' : (without ?? '').replace(/^default /, ''),
    meaning: `${field.proto.options?.deprecated ? 'Deprecated. ' : ''}${rules === undefined ? text.slice(whole.length) : withoutBounds(text.slice(whole.length))}`,
  };
}

/** Ends the program where a comment and the rules differ. A number that is 0 cannot be told from one that is left out. */
function compare(field, said, rules) {
  const untold = field.fieldKind === 'scalar' && field.scalar !== ScalarType.STRING;
  if (said === isRequired(rules) || (said && untold)) return;
  fail(
    `contract: the comment of ${field.parent.name}.${field.name} says ${said ? 'Required' : 'Optional'}, its rules do not`,
  );
}

function withoutBounds(text) {
  const sentences = text.split(/(?<=\.)\s+(?=[A-Z\d-])/);
  return sentences.filter((sentence) => !BOUNDS.test(sentence)).join(' ');
}

function typeWords(field, rules, page) {
  const { value } = rules?.type ?? {};
  const single = singleWords(field, page);
  switch (field.fieldKind) {
    case 'list':
      return joined(
        `list of ${single}`,
        countWords(value?.minItems, value?.maxItems, ''),
        after('each ', boundWords(value?.items)),
        value?.unique ? 'no two the same' : '',
      );
    case 'map':
      return joined(
        `mapping of ${page.scalar(field.mapKey)} to ${single}`,
        countWords(value?.minPairs, value?.maxPairs, 'entries'),
        after('keys of ', boundWords(value?.keys)),
        after('values of ', boundWords(value?.values)),
      );
    default:
      return joined(single, boundWords(rules));
  }
}

function singleWords({ enum: values, message, scalar }, { named, scalar: scalarWords }) {
  return values || message ? named(values ?? message) : scalarWords(scalar);
}

/** The bounds of one value. */
function boundWords(rules) {
  const { case: kind, value = {} } = rules?.type ?? {};
  if (kind !== 'string') return rangeWords(value);
  if (value.wellKnown?.case === 'uuid') return mayBeLeftOut(rules) ? 'UUID or empty' : 'UUID';
  return countWords(value.minLen, value.maxLen, 'characters');
}

function after(before, words) {
  return words === '' ? '' : `${before}${words}`;
}

function countWords(least = 0n, most = 0n, what) {
  const unit = what === '' ? '' : ` ${what}`;
  if (most === 0n) return least === 0n ? '' : `at least ${figure(least)}${unit}`;
  return least === 0n ? `at most ${figure(most)}${unit}` : `${figure(least)}..${figure(most)}${unit}`;
}

function rangeWords({ greaterThan, lessThan }) {
  if (greaterThan?.case === 'gt' || lessThan?.case === 'lt') fail('contract: there are no words for open ranges yet');
  const [least, most] = [greaterThan?.value, lessThan?.value].map((bound) =>
    bound === undefined ? '' : figure(bound),
  );
  if (least === '') return most === '' ? '' : `at most ${most}`;
  return most === '' ? `at least ${least}` : `${least}..${most}`;
}

function figure(bound) {
  if (typeof bound !== 'object') return bound.toLocaleString('en');
  return TIMES.get(bound.seconds) ?? `${bound.seconds} seconds`;
}

function joined(...words) {
  return words.filter((word) => word !== '').join(', ');
}
