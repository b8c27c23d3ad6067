import { SimulateTurnsResponse } from '../../../gen/focal/orchestration/v1/scenario_service';
import { DifferenceKind, IncompleteReason } from '../../../gen/focal/orchestration/v1/simulation';
import { type FailOn, hasFailed, type KindName, kindNames, listKindNames } from '../../../src/cli/simulation/fail-on';
import { formatMarkdown, formatSimulation, formatSimulationJunit } from '../../../src/cli/simulation/format-simulation';
import { mergeResponses } from '../../../src/cli/simulation/merge-responses';

interface GroupDraft {
  readonly kind: KindName;
  readonly cause: string;
  readonly turnCount?: number;
  readonly counterfactualCount?: number;
  readonly session?: string;
}

function aResponse(...groups: readonly GroupDraft[]): SimulateTurnsResponse {
  return SimulateTurnsResponse.fromPartial({
    turnCount: 10,
    sessionCount: 2,
    differingTurnCount: groups.length,
    counterfactualCount: 1,
    groups: groups.map(({ kind, cause, turnCount = 1, counterfactualCount = 0, session = 's1' }) => ({
      kind: kindNames[kind],
      cause: { description: cause },
      turnCount,
      counterfactualCount,
      sessionCount: 1,
      example: {
        sessionId: session,
        revision: 3,
        recorded: 'asks for a',
        simulated: '',
        counterfactual: turnCount === 0,
        recordedReasons: ['Step "a" needs b.'],
        simulatedReasons: ['<script>|*'],
      },
    })),
  });
}

const failOn = (...kinds: readonly KindName[]): FailOn => ({ kinds: new Set(kinds), isIncomplete: false });
const terminal = { width: 100, hasColor: false };

test('every kind of the contract has a name', () => {
  const kinds = Object.values(DifferenceKind).filter((value) => typeof value === 'number' && value > 0);
  expect(listKindNames().map((name) => kindNames[name])).toEqual(kinds);
});

describe('a simulation fails', () => {
  it.each<[string, SimulateTurnsResponse, FailOn, boolean]>([
    ['on a kind that is named', aResponse({ kind: 'confirm', cause: 'c' }), failOn('confirm'), true],
    ['not on another kind', aResponse({ kind: 'confirm', cause: 'c' }), failOn('skip', 'ask'), false],
    ['not without kinds', aResponse({ kind: 'skip', cause: 'c' }), failOn(), false],
    [
      'not on counterfactual turns',
      aResponse({ kind: 'confirm', cause: 'c', turnCount: 0, counterfactualCount: 2 }),
      failOn('confirm'),
      false,
    ],
    [
      'on a skipped check of a counterfactual turn',
      aResponse({ kind: 'skip', cause: 'c', turnCount: 0, counterfactualCount: 2 }),
      failOn('skip'),
      true,
    ],
    ['without a simulated turn', SimulateTurnsResponse.fromPartial({}), failOn(), true],
  ])('%s', (_when, response, kinds, expected) => {
    expect(hasFailed(response, kinds)).toBe(expected);
  });

  it('on an incomplete session if that is named', () => {
    const incompleteSessions = [
      { sessionId: 's', reason: IncompleteReason.INCOMPLETE_REASON_NOT_RECORDED, turnId: '', message: 'm' },
    ];
    const response = { ...aResponse(), incompleteSessions };
    expect(hasFailed(response, { kinds: new Set(), isIncomplete: true })).toBe(true);
    expect(hasFailed(response, failOn())).toBe(false);
    expect(formatSimulation(terminal, response, failOn())).toEqual(['incomplete  s: m']);
    expect(formatMarkdown(response, failOn())).toContain('- s: m');
  });
});

test('a terminal shows kind, cause, counts and an example', () => {
  expect(
    formatSimulation(
      terminal,
      aResponse({ kind: 'ask', cause: 'Refund: a changed.', counterfactualCount: 2 }),
      failOn(),
    ),
  ).toEqual([
    'ask         Refund: a changed.',
    '            1 turn in 1 session, and 2 counterfactual',
    '            for example s1, revision 3',
    '            recorded   asks for a',
    '                       Step "a" needs b.',
    '            simulated  nothing',
    '                       <script>|*',
  ]);
});

test('Markdown marks what fails, and escapes texts of definitions', () => {
  const markdown = formatMarkdown(
    aResponse({ kind: 'ask', cause: 'a | b <i>' }, { kind: 'step', cause: 'c' }),
    failOn('ask'),
  );
  expect(markdown).toContain('| ask ❌ | a \\| b &lt;i> | 1 turn in 1 session |\n| step | c | 1 turn in 1 session |');
  expect(markdown).toContain('  - &lt;script>\\|\\*');
  expect(markdown).toContain('<summary>ask: a | b &lt;i&gt;</summary>');
  expect(formatMarkdown(aResponse(), failOn())).toContain('No turn is decided differently.');
});

test('JUnit XML has a suite for each kind, and a failure for each cause that fails', () => {
  const junit = formatSimulationJunit(
    aResponse({ kind: 'skip', cause: 'a "b" <c>' }, { kind: 'ask', cause: 'd' }),
    failOn('skip'),
  );
  expect(junit).toContain('<testsuites name="scenario-orchestrator simulate" tests="8" failures="1" errors="0">');
  expect(junit).toContain(
    '<testcase name="a &quot;b&quot; &lt;c&gt;" classname="skip">\n      <failure message="1 turn in 1 session">',
  );
  expect(junit).toContain('<testcase name="d" classname="ask">\n      <system-out>1 turn in 1 session');
  expect(junit).toContain(
    '  <testsuite name="confirm" tests="1" failures="0" errors="0">\n    <testcase name="no difference" classname="confirm"/>',
  );
  expect(junit).toContain('&lt;script&gt;|*');
});

test('responses for several lists of sessions add up to the response for all of them', () => {
  const counterfactual = { kind: 'ask', cause: 'a', turnCount: 0, counterfactualCount: 3 } as const;
  const merged = mergeResponses([
    aResponse(counterfactual, { kind: 'wording', cause: 'b' }),
    aResponse({ kind: 'ask', cause: 'a', turnCount: 2, session: 's2' }, { kind: 'skip', cause: 'c' }),
  ]);
  expect(merged).toMatchObject({ turnCount: 20, sessionCount: 4, differingTurnCount: 4, counterfactualCount: 2 });
  expect(
    merged.groups.map(({ cause, turnCount, counterfactualCount, sessionCount }) => [
      cause?.description,
      turnCount,
      counterfactualCount,
      sessionCount,
    ]),
  ).toEqual([
    ['c', 1, 0, 1],
    ['a', 2, 3, 2],
    ['b', 1, 0, 1],
  ]);
  // A difference that is not counterfactual is the better example.
  expect(merged.groups[1]?.example?.sessionId).toBe('s2');
});
