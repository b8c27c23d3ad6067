// The predicates of Rasa's conditions (the language of the library pypred): tokens and syntax.

/** A syntax error in a predicate, or a part that has no exact translation. */
export class PredicateError extends Error {
  constructor(
    message: string,
    /** Characters before the part in the text. */
    readonly offset: number,
  ) {
    super(message);
    this.name = 'PredicateError';
  }
}

export type CompareOperator = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** A value in a predicate. */
export type Operand =
  | { readonly kind: 'name'; readonly name: string; readonly offset: number }
  | { readonly kind: 'string'; readonly value: string; readonly offset: number }
  | { readonly kind: 'number'; readonly value: number; readonly offset: number }
  | { readonly kind: 'boolean'; readonly value: boolean; readonly offset: number }
  | { readonly kind: 'null'; readonly offset: number }
  | { readonly kind: 'set'; readonly items: readonly Operand[]; readonly offset: number }
  /** `/text/flags` */
  | { readonly kind: 'regex'; readonly value: string; readonly flags: string; readonly offset: number }
  /** `undefined` or `empty` */
  | { readonly kind: 'special'; readonly name: string; readonly offset: number };

export type Predicate =
  | { readonly kind: 'and' | 'or'; readonly left: Predicate; readonly right: Predicate }
  | { readonly kind: 'not'; readonly operand: Predicate }
  | {
      readonly kind: 'compare';
      readonly operator: CompareOperator;
      readonly left: Operand;
      readonly right: Operand;
      readonly offset: number;
    }
  | { readonly kind: 'contains' | 'matches'; readonly left: Operand; readonly right: Operand; readonly offset: number }
  | { readonly kind: 'truth'; readonly operand: Operand };

interface Token {
  readonly kind: 'number' | 'word' | 'string' | 'regex' | 'operator' | 'end';
  readonly text: string;
  readonly offset: number;
}

/** In the order of pypred: a number wins over a word that begins with digits. */
const tokenPattern =
  /(?<space>\s+|#.*)|(?<number>-?\d+(?:\.\d+)?)|(?<word>[\w.:;-]+)|(?<string>"[^"]*"|'[^']*')|(?<regex>\/[^/]*\/[simluSIMLU]*)|(?<operator>>=|<=|!=|==|[<>=(){}])/uy;

function readTokens(text: string): readonly Token[] {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  let offset = 0;
  while (offset < text.length) {
    tokenPattern.lastIndex = offset;
    const groups = tokenPattern.exec(text)?.groups;
    if (groups === undefined) throw new PredicateError(`unexpected "${text.charAt(offset)}"`, offset);
    for (const kind of ['number', 'word', 'string', 'regex', 'operator'] as const) {
      const found = groups[kind];
      if (found !== undefined) tokens.push({ kind, text: found, offset });
    }
    offset = tokenPattern.lastIndex;
  }
  return [...tokens, { kind: 'end', text: '', offset: text.length }];
}

/** A predicate that is nested more deeply is refused. */
const maxDepth = 200;

/** Characters of a predicate. */
const maxLength = 4_000;

/**
 * Parses a predicate. `and` and `or` have the same precedence and group to the right, as in pypred: `a or b and c` is `a or (b and c)`,
 * and `a and b or c` is `a and (b or c)`. Throws PredicateError.
 */
export function parsePredicate(text: string): Predicate {
  if (text.length > maxLength) throw new PredicateError(`is longer than ${maxLength} characters`, 0);
  const parser = new PredicateParser(readTokens(text));
  return parser.parse();
}

class PredicateParser {
  readonly #tokens: readonly Token[];
  #index = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Predicate {
    const predicate = this.#parseExpression();
    const { kind, text, offset } = this.#peek();
    if (kind !== 'end') throw new PredicateError(`unexpected "${text}"`, offset);
    return predicate;
  }

  #parseExpression(): Predicate {
    this.#depth += 1;
    if (this.#depth > maxDepth)
      throw new PredicateError(`is nested more than ${maxDepth} levels deep`, this.#peek().offset);
    const left = this.#parseNegation();
    const kind = this.#takeWord('and') ? 'and' : this.#takeWord('or') ? 'or' : undefined;
    const predicate: Predicate = kind === undefined ? left : { kind, left, right: this.#parseExpression() };
    this.#depth -= 1;
    return predicate;
  }

  #parseNegation(): Predicate {
    let negations = 0;
    while (this.#takeWord('not')) negations += 1;
    const term = this.#parseTerm();
    return negations % 2 === 1 ? { kind: 'not', operand: term } : term;
  }

  #parseTerm(): Predicate {
    if (this.#takeOperator('(')) {
      const predicate = this.#parseExpression();
      if (!this.#takeOperator(')')) throw new PredicateError('expected ")"', this.#peek().offset);
      return predicate;
    }
    const left = this.#parseOperand();
    const { offset } = this.#peek();
    for (const operator of ['<=', '>=', '!=', '<', '>', '='] as const) {
      if (this.#takeOperator(operator)) return { kind: 'compare', operator, left, right: this.#parseOperand(), offset };
    }
    if (this.#takeOperator('==')) return { kind: 'compare', operator: '=', left, right: this.#parseOperand(), offset };
    if (this.#takeWord('is')) {
      const operator = this.#takeWord('not') ? '!=' : '=';
      return { kind: 'compare', operator, left, right: this.#parseOperand(), offset };
    }
    for (const kind of ['contains', 'matches'] as const) {
      if (this.#takeWord(kind)) return { kind, left, right: this.#parseOperand(), offset };
    }
    return { kind: 'truth', operand: left };
  }

  #parseOperand(): Operand {
    const token = this.#peek();
    const { kind, text, offset } = token;
    if (this.#takeOperator('{')) return { kind: 'set', items: this.#parseSet(), offset };
    this.#index += 1;
    switch (kind) {
      case 'number':
        return { kind, value: Number(text), offset };
      case 'string':
        return { kind, value: text.slice(1, -1), offset };
      case 'regex': {
        const end = text.lastIndexOf('/');
        return { kind, value: text.slice(1, end), flags: text.slice(end + 1).toLowerCase(), offset };
      }
      case 'word':
        return toWordOperand(token);
      case 'operator':
        throw new PredicateError(`unexpected "${text}"`, offset);
      case 'end':
        throw new PredicateError('ends where a value is expected', offset);
    }
  }

  #parseSet(): readonly Operand[] {
    const items: Operand[] = [];
    while (!this.#takeOperator('}')) items.push(this.#parseOperand());
    return items;
  }

  #peek(): Token {
    return this.#tokens[Math.min(this.#index, this.#tokens.length - 1)] ?? { kind: 'end', text: '', offset: 0 };
  }

  /** Reserved words are recognized in any case. */
  #takeWord(word: string): boolean {
    const { kind, text } = this.#peek();
    const isFound = kind === 'word' && text.toLowerCase() === word;
    if (isFound) this.#index += 1;
    return isFound;
  }

  #takeOperator(operator: string): boolean {
    const { kind, text } = this.#peek();
    const isFound = kind === 'operator' && text === operator;
    if (isFound) this.#index += 1;
    return isFound;
  }
}

const misplacedWords: ReadonlySet<string> = new Set(['and', 'or', 'not', 'is', 'contains', 'matches']);

function toWordOperand({ text, offset }: Token): Operand {
  const word = text.toLowerCase();
  if (word === 'true' || word === 'false') return { kind: 'boolean', value: word === 'true', offset };
  if (word === 'null') return { kind: 'null', offset };
  if (word === 'undefined' || word === 'empty') return { kind: 'special', name: word, offset };
  if (misplacedWords.has(word)) throw new PredicateError(`unexpected "${text}"`, offset);
  return { kind: 'name', name: text, offset };
}
