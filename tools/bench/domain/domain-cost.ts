import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { TurnInput } from '../../../src/core/context/selection-context';
import { decideTurn } from '../../../src/core/decide-turn';
import { showProgress } from '../command';
import { getMedian } from '../figures';
import { mainStepCount } from '../workload/scenarios';
import { defaultShape, type SessionShape } from '../workload/session-turns';
import { buildTurnInputs } from '../workload/turn-inputs';

/** The average cost of the rules per turn. */
export interface DomainCost {
  readonly axis: string;
  readonly value: number;
  /** CPU time of the process in microseconds, median of the rounds. */
  readonly microseconds: number;
  /** Ratio to the baseline in the same round, median of the rounds. */
  readonly ratio: number;
  readonly allocatedBytes: number;
}

export interface DomainCostOptions {
  readonly rounds: number;
  /** CPU time of one case per round, in milliseconds. */
  readonly batchMs: number;
}

interface DomainCase {
  /** The parameter that is varied. */
  readonly axis: string;
  readonly value: number;
  readonly shape: SessionShape;
  readonly stepsPerScenario: number;
}

const baseline = { shape: defaultShape, stepsPerScenario: mainStepCount };

/** Three active scenarios of eight steps each. */
const baselineCase: DomainCase = { axis: 'baseline', value: defaultShape.activeScenarios, ...baseline };

const domainCases: readonly DomainCase[] = [
  ...varyShape('active scenarios', 'activeScenarios', [1, 5, 20]),
  ...[8, 100, 1_000, 10_000].map((value) => ({
    axis: 'steps per scenario',
    value,
    ...baseline,
    stepsPerScenario: value,
  })),
  ...varyShape('known fields', 'customerFields', [1, 50, 500]),
  ...varyShape('candidates', 'candidates', [0, 10, 100]),
  ...varyShape('rules', 'rules', [0, 50, 500]),
];

function varyShape(axis: string, field: keyof SessionShape, values: readonly number[]): DomainCase[] {
  return values.map((value) => ({ axis, value, ...baseline, shape: { ...defaultShape, [field]: value } }));
}

interface PreparedCase {
  readonly domainCase: DomainCase;
  readonly inputs: readonly TurnInput[];
}

/** Batches before the measurement. Many, because V8 compiles in the background, which takes long on a busy machine. */
const warmUpBatches = 30;

/** Few enough to fit in the young generation of `npm run bench:domain`, so that no garbage is collected during the measurement. */
const sessionsForAllocation = 20;

/** Measures the baseline and all cases, one after the other in each round. */
export async function measureDomainCosts({ rounds, batchMs }: DomainCostOptions): Promise<readonly DomainCost[]> {
  warmUp(prepareCases(), batchMs);
  // A running service decides on objects that compiled code has created. The objects of the first warm-up have other hidden classes, so the
  // code is compiled again for the new ones.
  const cases = prepareCases();
  warmUp(cases, batchMs);
  const figuresByRound: (readonly number[])[] = [];
  while (figuresByRound.length < rounds) {
    showProgress(`round ${figuresByRound.length + 1} of ${rounds}`);
    await yieldToEventLoop(); // Lets signal handlers run.
    figuresByRound.push(cases.map(({ inputs }) => measureMicrosecondsPerTurn(inputs, batchMs)));
  }
  showProgress('');
  return cases.map(({ domainCase: { axis, value }, inputs }, index) => ({
    axis,
    value,
    microseconds: getMedian(figuresByRound.map((round) => round[index] ?? Number.NaN)),
    ratio: getMedian(figuresByRound.map((round) => (round[index] ?? Number.NaN) / (round[0] ?? Number.NaN))),
    allocatedBytes: measureBytesPerTurn(inputs),
  }));
}

function warmUp(cases: readonly PreparedCase[], batchMs: number): void {
  for (const { inputs } of cases) measureMicrosecondsPerTurn(inputs, warmUpBatches * batchMs);
}

function prepareCases(): readonly PreparedCase[] {
  return [baselineCase, ...domainCases].map((domainCase) => {
    showProgress(`${domainCase.axis} ${domainCase.value}: preparing`);
    return { domainCase, inputs: buildTurnInputs(domainCase.shape, domainCase.stepsPerScenario) };
  });
}

/** Decides the turns repeatedly, for at least `batchMs` of CPU time. */
function measureMicrosecondsPerTurn(inputs: readonly TurnInput[], batchMs: number): number {
  const before = process.cpuUsage();
  let turns = 0;
  for (;;) {
    for (const input of inputs) decideTurn(input);
    turns += inputs.length;
    const { user, system } = process.cpuUsage(before);
    if (user + system >= batchMs * 1_000) return (user + system) / turns;
  }
}

function measureBytesPerTurn(inputs: readonly TurnInput[]): number {
  if (globalThis.gc === undefined) throw new Error('Run `npm run bench:domain`: the benchmark needs node --expose-gc.');
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  for (let session = 0; session < sessionsForAllocation; session += 1) {
    for (const input of inputs) decideTurn(input);
  }
  return (process.memoryUsage().heapUsed - before) / (sessionsForAllocation * inputs.length);
}
