// Builds the text of CEL conditions with as few parentheses as needed.

/** A CEL expression that is TRUE or FALSE. */
export interface Cel {
  readonly text: string;
  readonly kind: 'and' | 'or' | 'atom';
}

export function atom(text: string): Cel {
  return { text, kind: 'atom' };
}

export const always: Cel = atom('true');
export const never: Cel = atom('false');

export function and(left: Cel, right: Cel): Cel {
  if (left.text === 'false' || right.text === 'true' || left.text === right.text) return left;
  if (left.text === 'true' || right.text === 'false') return right;
  return { text: `${group(left, 'or')} && ${group(right, 'or')}`, kind: 'and' };
}

export function or(left: Cel, right: Cel): Cel {
  if (left.text === 'true' || right.text === 'false' || left.text === right.text) return left;
  if (left.text === 'false' || right.text === 'true') return right;
  return { text: `${group(left, 'and')} || ${group(right, 'and')}`, kind: 'or' };
}

export function not(operand: Cel): Cel {
  if (operand.text === 'true') return never;
  if (operand.text === 'false') return always;
  // Only `!` and calls bind as strongly as `!`, so everything with an operator is grouped.
  return atom(/^!?\w+\([^()]*\)$/.test(operand.text) ? `!${operand.text}`.replace(/^!!/, '') : `!(${operand.text})`);
}

function group({ text, kind }: Cel, grouped: 'and' | 'or'): string {
  return kind === grouped ? `(${text})` : text;
}

/** A string literal of CEL. */
export function quote(text: string): string {
  return JSON.stringify(text);
}

/** A double literal of CEL. */
export function toDouble(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? value.toFixed(1) : String(value);
}
