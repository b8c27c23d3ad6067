import { setImmediate as breathe } from 'node:timers/promises';
import type { TurnInput } from '../../../src/core/context/selection-context';
import { decideTurn } from '../../../src/core/decide-turn';
import { progress } from '../progress';
import { medianOf } from '../statistics';
import { decidedInputs } from '../workload/decided-inputs';
import { type DomainCase, domainCases, usualCase } from './domain-cases';

/** What the rules cost for one case, P6.1 to apply, a turn of the session on average. */
export interface DomainCost {
  readonly axis: string;
  readonly value: number;
  /** CPU of the process, median of the rounds, microseconds. */
  readonly microseconds: number;
  /** The same over that of the usual session in the same round, median of the rounds. */
  readonly ratio: number;
  /** Memory that is allocated, bytes. */
  readonly allocated: number;
}

/** How long to measure. */
export interface DomainEffort {
  readonly rounds: number;
  /** CPU time of one case in one round, milliseconds. */
  readonly batchMs: number;
}

/** A case with what its turns are decided on. */
interface Runner {
  readonly domainCase: DomainCase;
  readonly inputs: readonly TurnInput[];
}

/** V8 compiles beside the program, and takes long for it where the machine has little time to spare. */
const warmUpBatches = 30;

/** Few enough that no garbage is collected meanwhile, with the young generation that npm run bench:domain gives. */
const sessionsForAllocation = 20;

/** Measures the usual session and every case, one after the other in each round. */
export async function domainCosts({ rounds, batchMs }: DomainEffort): Promise<readonly DomainCost[]> {
  for (const { inputs } of prepared()) microsecondsATurn(inputs, warmUpBatches * batchMs);
  // Once more: a running service decides on sessions that compiled code has made, and those of the start have other hidden classes.
  const runners = prepared();
  const measured: (readonly number[])[] = [];
  while (measured.length < rounds) {
    progress(`round ${measured.length + 1} of ${rounds}`);
    await breathe(); // for signals
    measured.push(runners.map(({ inputs }) => microsecondsATurn(inputs, batchMs)));
  }
  progress('');
  return runners.map(({ domainCase: { axis, value }, inputs }, index) => ({
    axis,
    value,
    microseconds: medianOf(measured.map((round) => round[index] ?? Number.NaN)),
    ratio: medianOf(measured.map((round) => (round[index] ?? Number.NaN) / (round[0] ?? Number.NaN))),
    allocated: bytesATurn(inputs),
  }));
}

function prepared(): readonly Runner[] {
  return [usualCase, ...domainCases].map((domainCase) => {
    progress(`${domainCase.axis} ${domainCase.value}: preparing`);
    return { domainCase, inputs: decidedInputs(domainCase.shape, domainCase.stepsPerScenario) };
  });
}

/** Decides the turns of the session again and again for so long. */
function microsecondsATurn(inputs: readonly TurnInput[], batchMs: number): number {
  const before = process.cpuUsage();
  let turns = 0;
  for (;;) {
    for (const input of inputs) decideTurn(input);
    turns += inputs.length;
    const { user, system } = process.cpuUsage(before);
    if (user + system >= batchMs * 1_000) return (user + system) / turns;
  }
}

function bytesATurn(inputs: readonly TurnInput[]): number {
  if (globalThis.gc === undefined) throw new Error('Run it by npm run bench:domain: it needs node --expose-gc.');
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  for (let session = 0; session < sessionsForAllocation; session += 1) {
    for (const input of inputs) decideTurn(input);
  }
  return (process.memoryUsage().heapUsed - before) / (sessionsForAllocation * inputs.length);
}
