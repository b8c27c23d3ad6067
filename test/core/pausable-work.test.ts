import fc from 'fast-check';
import { defaultConditionLimits } from '../../src/core/conditions';
import type { TurnInput } from '../../src/core/context/selection-context';
import { decideTurn } from '../../src/core/decide-turn';
import { Allowance } from '../../src/core/model/allowance';
import { PausableAllowance, WorkPaused } from '../../src/core/model/pausable-allowance';
import { defaultSettings } from '../../src/core/model/settings';
import { Conversation, type ScenarioDraft } from '../support/conversation';
import { randomSession } from '../support/random-scenarios';
import { range } from '../support/range';

interface Decided {
  readonly outcome: unknown;
  readonly used: number;
  readonly pauses: number;
}

/** Decides a turn with its explanation, and starts it again after each pause. Returns the error if it is refused. */
function decide(input: TurnInput, allowance: Allowance): Decided {
  for (let pauses = 0; ; pauses += 1) {
    try {
      const { session, explain } = decideTurn({ ...input, allowance });
      return { outcome: { session, result: explain() }, used: allowance.used, pauses };
    } catch (error) {
      if (!(error instanceof WorkPaused)) return { outcome: error, used: allowance.used, pauses };
      if (!(allowance instanceof PausableAllowance)) throw error;
      allowance.resume();
    }
  }
}

const waiting: ScenarioDraft = {
  scenarioId: 'a',
  steps: [
    {
      stepId: 'wait',
      collectsProfileFields: ['never'],
      to: [
        ...range(500, (index) => ({
          to: 'end',
          trigger: 'ANYTIME' as const,
          condition: `facts.l.exists(a, facts.l.exists(b, a + b == -${index + 1}.0))`,
        })),
        { to: 'end' },
      ],
    },
    { stepId: 'end', isTerminal: true },
  ],
};

function createExpensiveTurn(): TurnInput {
  const conversation = new Conversation([waiting]);
  conversation.turn({ candidates: { a: 1 } });
  return conversation.input({ facts: { l: range(1_000, (index) => index) } });
}

describe('a decision that pauses', () => {
  test('has the same result and the same work as without a pause', () => {
    let pauses = 0;
    fc.assert(
      fc.property(
        randomSession,
        fc.integer({ min: 0, max: 200 }),
        ({ scenarios, relationships, settings, turns }, part) => {
          const conversation = new Conversation(scenarios, { relationships, settings });
          for (const draft of turns) {
            const input = conversation.input(draft);
            const direct = decide(input, new Allowance(defaultSettings.turnWork));
            const paused = decide(input, new PausableAllowance(defaultSettings.turnWork, part));
            expect(paused).toEqual({ ...direct, pauses: paused.pauses });
            pauses += paused.pauses;
            conversation.session = decideTurn(input).session;
          }
        },
      ),
      { numRuns: 50 },
    );
    expect(pauses).toBeGreaterThan(0);
  });

  test.each([1_000, 25_000, 50_000])('is refused with the same error: a part of %d units', (part) => {
    const input = createExpensiveTurn();
    const direct = decide(input, new Allowance(defaultSettings.turnWork));
    const paused = decide(input, new PausableAllowance(defaultSettings.turnWork, part));
    expect(direct.outcome).toMatchObject({ reason: 'WORK_LIMIT' });
    expect(paused.outcome).toEqual(direct.outcome);
    expect(paused.used).toBe(direct.used);
    expect(paused.pauses).toBeGreaterThan(0);
  });

  test('evaluates no condition again, so that a part needs little more than its units', () => {
    const input = createExpensiveTurn();
    const part = 25_000;
    const allowance = new PausableAllowance(defaultSettings.turnWork, part);
    const parts: number[] = [];
    for (let isPaused = true; isPaused; ) {
      isPaused = false;
      try {
        decideTurn({ ...input, allowance });
      } catch (error) {
        isPaused = error instanceof WorkPaused;
      }
      parts.push(allowance.usedInPart);
      if (isPaused) allowance.resume();
    }
    expect(parts.length).toBeGreaterThan(1);
    // The evaluation that ends a part can need `maxWork`, and the rest of the turn is decided again.
    for (const units of parts) expect(units).toBeLessThan(part + defaultConditionLimits.maxWork + 5_000);
  });

  test('fails if it is not pure', () => {
    const [first, second] = range(2, (index) => {
      const conversation = new Conversation([
        {
          scenarioId: 'a',
          steps: [
            { stepId: 's', to: [{ to: 'end', condition: `facts.x == ${index}.0` }, { to: 'end' }] },
            { stepId: 'end', isTerminal: true },
          ],
        },
      ]);
      return conversation.input({ candidates: { a: 1 } });
    });
    if (first === undefined || second === undefined) throw new Error('There are two inputs.');
    const allowance = new PausableAllowance(defaultSettings.turnWork, defaultSettings.turnWork);
    decideTurn({ ...first, allowance });
    allowance.resume();
    expect(() => decideTurn({ ...second, allowance })).toThrow('not pure');
  });
});
