import { walkedSteps } from '../workload/scenarios';
import { type SessionShape, usualShape } from '../workload/session-turns';

/** One point of a curve: the usual session, but for one thing. */
export interface DomainCase {
  /** What is varied. */
  readonly axis: string;
  readonly value: number;
  readonly shape: SessionShape;
  readonly stepsPerScenario: number;
}

const usual = { shape: usualShape, stepsPerScenario: walkedSteps };

function varied(axis: string, values: readonly number[], caseOf: (value: number) => typeof usual): DomainCase[] {
  return values.map((value) => ({ axis, value, ...caseOf(value) }));
}

function shaped(axis: string, field: keyof SessionShape, values: readonly number[]): DomainCase[] {
  return varied(axis, values, (value) => ({ ...usual, shape: { ...usualShape, [field]: value } }));
}

/** The session that all others are compared with: three active scenarios of eight steps. */
export const usualCase: DomainCase = { axis: 'usual', value: usualShape.activeScenarios, ...usual };

/** What a turn is measured by, each value of it. */
export const domainCases: readonly DomainCase[] = [
  ...shaped('active scenarios', 'activeScenarios', [1, 5, 20]),
  ...varied('steps a scenario', [8, 100, 1_000, 10_000], (stepsPerScenario) => ({ ...usual, stepsPerScenario })),
  ...shaped('known fields', 'customerFields', [1, 50, 500]),
  ...shaped('candidates', 'candidates', [0, 10, 100]),
  ...shaped('rules', 'rules', [0, 50, 500]),
];
