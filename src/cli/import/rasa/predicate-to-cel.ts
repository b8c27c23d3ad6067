import { compileCondition, compileFieldRule } from '../../../core/conditions';
import { always, and, atom, type Cel, never, not, or, quote, toDouble } from './cel-text';
import { type CompareOperator, type Operand, type Predicate, PredicateError, parsePredicate } from './predicate';
import type { RasaSlot, SlotType } from './project';

// Translates predicates to CEL. In Rasa a slot without a value is null: it is not true, it differs from every value, and to compare
// its order with another value is an error that makes the whole predicate false, also below `not`. Therefore each part of a predicate is
// translated twice: when it is true, and when it is false. An error is neither.

/** A predicate in CEL. */
interface Truth {
  readonly whenTrue: Cel;
  readonly whenFalse: Cel;
  /** Whether it is always one of the two. */
  readonly neverFails: boolean;
}

export interface PredicateScope {
  readonly slots: ReadonlyMap<string, RasaSlot>;
  /** The slot that a rejection checks, which the rule of a field reads as `value`; undefined in other conditions. */
  readonly checkedSlot?: string;
}

/** Translates a predicate to a condition, or with `checkedSlot` to the rule of a field. Throws PredicateError if that is not exactly possible. */
export function translatePredicate(text: string, scope: PredicateScope): string {
  const { whenTrue } = new Translator(scope).translate(parsePredicate(text));
  return check(whenTrue.text, scope);
}

/** Translates rejections to the rule that accepted values fulfill: all rejections are false. An error rejects the value, as in Rasa. */
export function translateRejections(texts: readonly string[], scope: PredicateScope): string {
  const translator = new Translator(scope);
  const rules = texts.map((text) => translator.translate(parsePredicate(text)).whenFalse);
  return check(rules.reduce(and, always).text, scope);
}

function check(text: string, { checkedSlot }: PredicateScope): string {
  const { findings } = checkedSlot === undefined ? compileCondition(text) : compileFieldRule(text);
  const error = findings.find(({ severity }) => severity === 'ERROR');
  if (error !== undefined) throw new PredicateError(`is no valid condition here: ${error.message}`, 0);
  return text;
}

interface SlotReference {
  readonly name: string;
  readonly type: SlotType;
  readonly offset: number;
  /** When the slot has a value. */
  readonly isKnown: Cel;
  /** The value; an error if there is none. */
  readonly value: string;
}

type Value = Exclude<Operand, { readonly kind: 'name' }> | ({ readonly kind: 'slot' } & SlotReference);

const reversed: Readonly<Record<CompareOperator, CompareOperator>> = {
  '=': '=',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

const opposite: Readonly<Record<Exclude<CompareOperator, '=' | '!='>, string>> = {
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
};

/** The kinds of literals that a slot of a type can be equal to. */
const literalKinds: Readonly<Record<SlotType, readonly Value['kind'][]>> = {
  text: ['string'],
  categorical: ['string'],
  bool: ['boolean'],
  float: ['number'],
  list: [],
  any: ['string', 'number', 'boolean'],
};

class Translator {
  readonly #scope: PredicateScope;

  constructor(scope: PredicateScope) {
    this.#scope = scope;
  }

  translate(predicate: Predicate): Truth {
    switch (predicate.kind) {
      case 'and':
      case 'or': {
        const left = this.translate(predicate.left);
        const right = this.translate(predicate.right);
        return predicate.kind === 'and' ? conjoin(left, right) : negate(conjoin(negate(left), negate(right)));
      }
      case 'not':
        return negate(this.translate(predicate.operand));
      case 'truth':
        return this.#translateTruth(this.#resolve(predicate.operand));
      case 'compare':
        return this.#translateComparison(predicate);
      case 'contains':
        return this.#translateContains(this.#resolve(predicate.left), this.#resolve(predicate.right));
      case 'matches':
        return this.#translateMatches(this.#resolve(predicate.left), predicate.right);
    }
  }

  #resolve(operand: Operand): Value {
    if (operand.kind !== 'name') return operand;
    const { name, offset } = operand;
    if (name.startsWith('context.')) {
      throw new PredicateError(`"${name}" belongs to the state of Rasa, which has no equivalent`, offset);
    }
    if (!name.startsWith('slots.')) throw new PredicateError(`"${name}" is no slot; a text needs quotes`, offset);
    const slot = this.#scope.slots.get(name.slice('slots.'.length));
    if (slot === undefined) throw new PredicateError(`the domain has no slot "${name.slice('slots.'.length)}"`, offset);
    return { kind: 'slot', name: slot.name, type: slot.type, offset, ...this.#createReference(slot) };
  }

  #createReference({ name, initialValue }: RasaSlot): Pick<SlotReference, 'isKnown' | 'value'> {
    if (name === this.#scope.checkedSlot) return { isKnown: always, value: 'value' };
    const isIdentifier = /^[a-zA-Z_]\w*$/.test(name) && !reservedWords.has(name);
    const key = isIdentifier ? `data.${name}` : `data[${quote(name)}]`;
    const isKnown = isIdentifier ? `has(${key})` : `${quote(name)} in data`;
    const initial = toLiteral(initialValue);
    if (initial !== undefined) return { isKnown: always, value: `(${isKnown} ? ${key} : ${initial})` };
    return { isKnown: atom(isKnown), value: key };
  }

  #translateTruth(value: Value): Truth {
    if (value.kind === 'boolean') return decide(value.value ? always : never);
    if (value.kind !== 'slot') throw new PredicateError('is a constant, not a condition', value.offset);
    const { isKnown, value: text, type } = value;
    const truths: Readonly<Record<SlotType, Cel>> = {
      bool: atom(text),
      text: atom(`${text} != ""`),
      categorical: atom(`${text} != ""`),
      float: atom(`${text} != 0.0`),
      list: atom(`size(${text}) > 0`),
      any: atom(`!(${text} in [false, "", 0.0, [], {}])`),
    };
    return decide(and(isKnown, truths[type]));
  }

  #translateComparison({ operator, left, right, offset }: Extract<Predicate, { readonly kind: 'compare' }>): Truth {
    const [first, second] = [this.#resolve(left), this.#resolve(right)];
    if (first.kind !== 'slot') {
      if (second.kind !== 'slot') throw new PredicateError('compares two constants', offset);
      return this.#compareSlot(second, reversed[operator], first, offset);
    }
    return this.#compareSlot(first, operator, second, offset);
  }

  #compareSlot(slot: SlotReference, operator: CompareOperator, other: Value, offset: number): Truth {
    if (operator === '=' || operator === '!=') {
      const isEqual = decide(this.#translateEquality(slot, other, offset));
      return operator === '=' ? isEqual : negate(isEqual);
    }
    const literal = toOperandText(other);
    const isOrdered =
      other.kind === 'slot'
        ? other.type === slot.type && ['text', 'float', 'categorical'].includes(slot.type)
        : literalKinds[slot.type].includes(other.kind) && slot.type !== 'any' && slot.type !== 'bool';
    if (literal === undefined || !isOrdered) {
      throw new PredicateError(
        `compares ${describe({ kind: 'slot', ...slot })} with ${describe(other)} by order`,
        offset,
      );
    }
    const known = and(slot.isKnown, other.kind === 'slot' ? other.isKnown : always);
    return {
      whenTrue: and(known, atom(`${slot.value} ${operator} ${literal}`)),
      whenFalse: and(known, atom(`${slot.value} ${opposite[operator]} ${literal}`)),
      neverFails: known === always,
    };
  }

  #translateEquality(slot: SlotReference, other: Value, offset: number): Cel {
    if (other.kind === 'null') return not(slot.isKnown);
    const text = toOperandText(other);
    if (other.kind === 'slot' && other.type === slot.type) {
      const isEqual = and(and(slot.isKnown, other.isKnown), atom(`${slot.value} == ${other.value}`));
      return or(isEqual, and(not(slot.isKnown), not(other.isKnown)));
    }
    if (text === undefined || !literalKinds[slot.type].includes(other.kind)) {
      throw new PredicateError(`compares ${describe({ kind: 'slot', ...slot })} with ${describe(other)}`, offset);
    }
    return and(slot.isKnown, atom(`${slot.value} == ${text}`));
  }

  /** `{"a" "b"} contains slots.x`, `slots.list contains "a"`, `slots.text contains "part"` */
  #translateContains(container: Value, element: Value): Truth {
    if (container.kind === 'set' && element.kind === 'slot') {
      const items = container.items.map((item) => this.#resolve(item));
      const texts = items.map((item) =>
        literalKinds[element.type].includes(item.kind) ? toOperandText(item) : undefined,
      );
      if (texts.length > 0 && texts.every((text) => text !== undefined)) {
        return decide(and(element.isKnown, atom(`${element.value} in [${texts.join(', ')}]`)));
      }
      throw new PredicateError(`the set is empty, or has other values than ${describe(element)}`, container.offset);
    }
    const text = toOperandText(element);
    if (container.kind === 'slot' && element.kind !== 'slot' && text !== undefined) {
      if (container.type === 'list') return decide(and(container.isKnown, atom(`${text} in ${container.value}`)));
      if (element.kind === 'string' && (container.type === 'text' || container.type === 'categorical')) {
        return decide(and(container.isKnown, atom(`${container.value}.contains(${text})`)));
      }
    }
    throw new PredicateError(`tests whether ${describe(container)} contains ${describe(element)}`, container.offset);
  }

  #translateMatches(slot: Value, pattern: Operand): Truth {
    if (slot.kind !== 'slot' || (slot.type !== 'text' && slot.type !== 'categorical')) {
      throw new PredicateError(`matches ${describe(slot)} with a pattern`, slot.offset);
    }
    if (pattern.kind !== 'string' && pattern.kind !== 'regex') {
      throw new PredicateError('a pattern must be a text or `/pattern/`', pattern.offset);
    }
    const flags = pattern.kind === 'regex' ? pattern.flags : '';
    if (/[lu]/.test(flags)) throw new PredicateError(`the flags "${flags}" have no equivalent`, pattern.offset);
    if (/\\[wWdDsSbBzZ]/.test(pattern.value)) {
      const classes = 'classes such as \\d and \\w match all scripts in Rasa, and only ASCII here';
      throw new PredicateError(`${classes}; write [0-9] or [A-Za-z]`, pattern.offset);
    }
    const text = quote(`${flags === '' ? '' : `(?${[...new Set(flags)].sort().join('')})`}${pattern.value}`);
    return decide(and(slot.isKnown, atom(`${slot.value}.matches(${text})`)));
  }
}

/** Words that cannot follow the dot in `data.name`. */
const reservedWords: ReadonlySet<string> = new Set(
  'as break const continue else false for function if import in let loop namespace null package return true var void while'.split(
    ' ',
  ),
);

/** A part that never fails. */
function decide(whenTrue: Cel): Truth {
  return { whenTrue, whenFalse: not(whenTrue), neverFails: true };
}

function negate({ whenTrue, whenFalse, neverFails }: Truth): Truth {
  return { whenTrue: whenFalse, whenFalse: whenTrue, neverFails };
}

/** The right part is evaluated only if the left one is true. */
function conjoin(left: Truth, right: Truth): Truth {
  const neverFails = left.neverFails && right.neverFails;
  const rightFails = neverFails ? right.whenFalse : and(left.whenTrue, right.whenFalse);
  return { whenTrue: and(left.whenTrue, right.whenTrue), whenFalse: or(left.whenFalse, rightFails), neverFails };
}

function toLiteral(value: RasaSlot['initialValue']): string | undefined {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return toDouble(value);
  return typeof value === 'boolean' ? String(value) : undefined;
}

function toOperandText(value: Value): string | undefined {
  switch (value.kind) {
    case 'slot':
      return value.value;
    case 'string':
      return quote(value.value);
    case 'number':
      return toDouble(value.value);
    case 'boolean':
      return String(value.value);
    case 'null':
    case 'set':
    case 'regex':
    case 'special':
      return undefined;
  }
}

function describe(value: Value): string {
  switch (value.kind) {
    case 'slot':
      return `the slot "${value.name}" of type ${value.type}`;
    case 'string':
      return `the text "${value.value}"`;
    case 'number':
      return `the number ${value.value}`;
    case 'boolean':
      return `${value.value}`;
    case 'null':
      return 'null';
    case 'set':
      return 'a set';
    case 'regex':
      return `the pattern /${value.value}/`;
    case 'special':
      return value.name;
  }
}
