import { variableKinds } from './condition-variables';
import { type Call, type Expression, getCall, getIdentifier } from './expression';
import type { ExpressionCheck, ExpressionFinding } from './expression-check';
import type { Scope } from './operand-kind';
import { getOverloads } from './standard-functions';

/** Variables, functions and types that CEL does not know here. The library would only tell when it evaluates. */
export const checkNames: ExpressionCheck = ({ expression, scope }) => {
  const name = getIdentifier(expression);
  if (name !== undefined) return checkVariable(name, scope);
  const call = getCall(expression);
  if (call !== undefined) return checkFunction(call);
  return checkType(expression);
};

/** Names of types are values in CEL: `type(data.age) == double`. */
const typeNames = new Set(['int', 'uint', 'double', 'bool', 'string', 'bytes', 'list', 'map', 'null_type', 'type']);

function checkVariable(name: string, scope: Scope): ExpressionFinding | undefined {
  if (scope.has(name) || variableKinds.has(name) || typeNames.has(name)) return undefined;
  const message = `There is no variable ${quoted(name)}; a condition can read ${[...variableKinds.keys()].join(', ')}.`;
  return { severity: 'ERROR', code: 'UNKNOWN_VARIABLE', message };
}

/** What the author wrote is an identifier; operators are not, and the parser made them. */
const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;

const macroUse: ReadonlyMap<string, string> = new Map([
  ['has', 'has(data.field)'],
  ['exists', 'list.exists(item, test)'],
  ['exists_one', 'list.exists_one(item, test)'],
  ['all', 'list.all(item, test)'],
  ['map', 'list.map(item, value)'],
  ['filter', 'list.filter(item, test)'],
]);

function checkFunction(call: Call): ExpressionFinding | undefined {
  if (!identifier.test(call.function)) return undefined;
  const overloads = getOverloads(call.function);
  const isMethod = call.target !== undefined;
  if (overloads.some((known) => known.isMethod === isMethod && known.arity === call.args.length)) return undefined;
  return { severity: 'ERROR', code: 'UNKNOWN_FUNCTION', message: messageFor(call, overloads.length > 0) };
}

function messageFor(call: Call, isKnown: boolean): string {
  const use = macroUse.get(call.function);
  if (use !== undefined) return `${quoted(call.function)} is a macro and is written ${use}.`;
  if (!isKnown) return `There is no function ${quoted(call.function)}.`;
  const form = call.target === undefined ? 'a function' : 'a method';
  return `${quoted(call.function)} is not ${form} with ${call.args.length} arguments.`;
}

function checkType({ exprKind }: Expression): ExpressionFinding | undefined {
  if (exprKind.case !== 'structExpr' || exprKind.value.messageName === '') return undefined;
  const message = `A condition cannot build a message such as ${quoted(exprKind.value.messageName)}.`;
  return { severity: 'ERROR', code: 'UNKNOWN_TYPE', message };
}

function quoted(name: string): string {
  return `'${name.length > 60 ? `${name.slice(0, 60)}...` : name}'`;
}
