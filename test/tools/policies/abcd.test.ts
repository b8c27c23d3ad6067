import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkScenarios, formatProblem, readScenarioFiles } from '../../../src/cli/files';
import { decideTurn } from '../../../src/core/decide-turn';
import type { Contribution } from '../../../src/core/model/contribution';
import type { JsonValue } from '../../../src/core/model/json';
import { createEmptySession, type Session } from '../../../src/core/model/session';
import { defaultSettings } from '../../../src/core/model/settings';
import type { StepOutcome, Turn } from '../../../src/core/model/turn';
import { readPolicy } from '../../../tools/policies/policy-catalogue';
import { aimSignal, answer, buildTurn, giveValue } from '../../../tools/policies/turn-builder';
import { root } from '../../docs/markdown-pages';

const folder = join(root, 'examples', 'policies', 'abcd');
const readme = readFileSync(join(folder, 'README.md'), 'utf8');
/** The published order of the actions of each procedure. */
const publishedActions: Readonly<Record<string, readonly string[]>> = JSON.parse(
  readFileSync(join(folder, 'data', 'kb.json'), 'utf8'),
);
const policy = readPolicy(join(folder, 'scenarios'));

/** The rows of the table: number, procedure, key of the published actions, and scenario. */
const rows = [...readme.matchAll(/^\| \d+ \| [^|]+ \| ([^|]+) \| `(\w+)` \| (yes|no) \| ([^|]+) \|/gm)].map(
  ([, procedure = '', key = '', isExpressed = '', scenario = '']) => ({
    procedure,
    key,
    isExpressed,
    scenario: scenario.trim(),
  }),
);
const expressed = rows.filter(({ isExpressed }) => isExpressed === 'yes');

it('the table lists all 55 published procedures', () => {
  expect(rows.map(({ key }) => key).toSorted()).toEqual(Object.keys(publishedActions).toSorted());
  expect(rows).toHaveLength(55);
});

it('the scenarios have no errors or warnings', () => {
  const { problems } = checkScenarios(readScenarioFiles([join(folder, 'scenarios')]));
  expect(problems.filter(({ severity }) => severity !== 'INFO').map(formatProblem)).toEqual([]);
});

const booleans = ['yes', 'no'] as const;

// Two runs of each procedure. In the first, the oracle and the customer say yes, the member is gold, and numbers are small.
describe.each(booleans)('answers: %s', (reply) => {
  it.each(expressed)('$scenario runs the published actions of $key in their order, and ends', ({ key, scenario }) => {
    const { tools, hasEnded } = play(scenario, reply);
    const published = publishedActions[key] ?? [];
    expect(tools.filter((tool) => !published.includes(tool))).toEqual([]);
    expect(tools).toEqual(published.filter((tool) => tools.includes(tool)));
    expect(tools).toContain(published[0]);
    expect(hasEnded).toBe(true);
  });
});

it('every published action occurs in one of the two runs', () => {
  const missing = expressed.flatMap(({ key, scenario }) => {
    const tools = new Set(booleans.flatMap((reply) => play(scenario, reply).tools));
    return (publishedActions[key] ?? []).filter((tool) => !tools.has(tool)).map((tool) => `${key}: ${tool}`);
  });
  expect(missing.toSorted()).toEqual([]);
});

/** Plays one run: answers questions, says yes to confirmations, and lets every tool succeed. Returns the tools in the order of their first run. */
function play(name: string, reply: 'yes' | 'no'): { readonly tools: readonly string[]; readonly hasEnded: boolean } {
  const { scenarioId } = policy.getByName(name);
  let session: Session = createEmptySession({ tenantId: 'tenant', agentId: 'agent', sessionId: 'session' });
  const tools = new Set<string>();
  let turn: Turn = buildTurn('MESSAGE', { signals: [aimSignal('START', [scenarioId])] });
  for (let count = 1; count <= 60; count += 1) {
    const decision = decideTurn({
      session,
      turn: { ...turn, turnId: `turn-${count}`, occurredAt: count * 1_000 },
      catalogue: policy.catalogue,
      settings: defaultSettings,
      getNewInstanceId: (id) => `${id}#${count}`,
    });
    session = decision.session;
    if (session.instances.length === 0) return { tools: [...tools], hasEnded: true };
    const contributions = decision.result.plan.contributions.filter(({ deferred }) => !deferred);
    const outcomes = contributions.flatMap((each) => runTools(each, reply, tools));
    turn =
      outcomes.length > 0
        ? buildTurn('TOOL_RESULTS', { outcomes })
        : buildTurn('MESSAGE', {
            values: contributions.flatMap((each) =>
              each.type === 'ASK'
                ? each.fieldsToAsk.map((field) => giveValue(each.scenarioId, field, getValue(field, reply)))
                : [],
            ),
            outcomes: contributions.some(({ type }) => type === 'CONFIRM') ? [answer('CONFIRMED')] : [],
          });
  }
  return { tools: [...tools], hasEnded: false };
}

function runTools(contribution: Contribution, reply: 'yes' | 'no', ran: Set<string>): readonly StepOutcome[] {
  if (contribution.type !== 'ACTION_HINT') return [];
  return contribution.tools.map(({ toolId, variableNames }) => {
    ran.add(toolId);
    const results = new Map(variableNames.map((name): [string, JsonValue] => [name, getResult(name, reply)]));
    const { instanceId, actionKey } = contribution;
    return { instanceId, stepId: '', actionKey, kind: 'ACTION_SUCCEEDED', toolId, results };
  });
}

function getResult(name: string, reply: 'yes' | 'no'): JsonValue {
  return name === 'oracle' ? reply : name === 'purchase_valid' || name === 'identity_verified' ? true : { name };
}

const texts: Readonly<Record<'yes' | 'no', Readonly<Record<string, JsonValue>>>> = {
  yes: { membership_level: 'gold', shipping_option: 'order received', refund_complaint: 'method', days_waited: 10 },
  no: { membership_level: 'guest', shipping_option: 'delivered', refund_complaint: 'status', days_waited: 2 },
};

function getValue(field: string, reply: 'yes' | 'no'): JsonValue {
  const definition = policy.catalogue.fields.fields.get(field)?.definition;
  const text = texts[reply][field];
  if (text !== undefined) return text;
  if (field.endsWith('_helped')) return false;
  if (definition?.type === 'BOOLEAN') return field === 'is_satisfied' ? reply === 'no' : reply === 'yes';
  if (definition?.type === 'NUMBER' || definition?.type === 'INTEGER') return reply === 'yes' ? 5 : 400;
  return definition?.values?.[0]?.value ?? 'text';
}
