import type { ConversationRun, ConversationTurnResult } from '../../conversation-tests/conversation';
import { parseConversation } from '../../conversation-tests/conversation-file';
import { runCheckedConversation } from '../../conversation-tests/run-in-process';
import { type CheckedScenarios, checkScenarios, type ParsedScenarioFiles } from '../../files';
import { formatYamlFile } from '../../output/yaml';
import type { ImportedFile } from './file-object';
import { takeName, toFileName } from './ids';
import { type ImportContext, shorten } from './import-context';
import type { RasaCheck, RasaTest, RasaTestTurn, SlotValue } from './project';
import type { ImportedScenario } from './scenario';
import { createMessageTurn, createResultTurn, type Findings, judge, readGivenValues } from './test-attempt';
import { describeFlows, type TestedFlow, type TestTurn } from './test-catalogue';
import { assumeResults, type Choice, listChoices } from './test-choices';

// Converts end-to-end tests to conversation tests. A message is played in every way that the test leaves open, on the scenarios that were
// imported; the one way in which everything that the test expects holds is written. A test ends before the first message for which
// there is no such way, or more than one.

export interface TestImport {
  readonly context: ImportContext;
  readonly scenarios: readonly ImportedScenario[];
  readonly files: ParsedScenarioFiles;
}

export async function importTests(
  tests: readonly RasaTest[],
  { context, scenarios, files }: TestImport,
): Promise<readonly ImportedFile[]> {
  const checked = checkScenarios(files);
  const invalid = checked.problems.find(({ severity }) => severity === 'ERROR');
  const taken = new Set<string>();
  const flows = describeFlows(scenarios, context);
  const written: ImportedFile[] = [];
  for (const test of tests) {
    const name = shorten(test.name) || 'test';
    if (invalid !== undefined) {
      context.report.addLoss(
        test.at,
        `test "${name}"`,
        `the scenarios have an error: ${invalid.message}`,
        'fix it, and write the conversation test',
      );
      continue;
    }
    const { turns, messages } = await new TestPlayer(test, { context, flows, files, checked }).play();
    if (turns.length === 0) continue;
    const path = `conversations/${takeName(taken, toFileName(test.name), '-')}.yaml`;
    written.push({ path, text: formatConversation(test, turns, messages) });
  }
  return written;
}

function formatConversation(
  { name, at, turns: rasaTurns }: RasaTest,
  turns: readonly TestTurn[],
  messages: number,
): string {
  const part = messages < rasaTurns.length ? `: the first ${messages} of ${rasaTurns.length} messages` : '';
  const content = {
    name: name.trim() === '' ? 'test' : name,
    about: `Imported from ${at.file}${part}.`,
    given: { scenarios: ['../scenarios'] },
    turns,
  };
  return `${formatYamlFile('schemas/conversation.schema.json', content)}\n`;
}

interface PlayerContext {
  readonly context: ImportContext;
  readonly flows: ReadonlyMap<string, TestedFlow>;
  readonly files: ParsedScenarioFiles;
  readonly checked: CheckedScenarios;
}

/** A way to play a message, with its turns and what the checks say about them. */
interface Attempt {
  readonly choice: Choice;
  readonly turns: readonly TestTurn[];
  readonly results: readonly ConversationTurnResult[];
  readonly findings: Findings;
  readonly failure: string;
}

/** A tool that asks for another tool again and again ends here. */
const maxResultTurns = 8;

/** A message is played with at most this number of assumptions about the results of tools. */
const maxAttempts = 16;

class TestPlayer {
  readonly #test: RasaTest;
  readonly #imported: PlayerContext;
  readonly #turns: TestTurn[] = [];
  /** The turns with the expectations. */
  readonly #written: TestTurn[] = [];
  #last: ConversationTurnResult | undefined;

  constructor(test: RasaTest, imported: PlayerContext) {
    this.#test = test;
    this.#imported = imported;
  }

  /** Returns the turns of the conversation test, up to the first one that cannot be carried over. */
  async play(): Promise<{ readonly turns: readonly TestTurn[]; readonly messages: number }> {
    let messages = 0;
    for (const rasaTurn of this.#test.turns) {
      if (!(await this.#playTurn(rasaTurn))) break;
      messages += 1;
    }
    return { turns: this.#written, messages };
  }

  async #playTurn(rasaTurn: RasaTestTurn): Promise<boolean> {
    const values = readGivenValues(rasaTurn);
    const choices = listChoices({
      rasaTurn,
      values,
      last: this.#last,
      flows: this.#imported.flows,
      context: this.#imported.context,
    });
    let first: Attempt | undefined;
    for (const level of [0, 1, 2, 3]) {
      const passed: Attempt[] = [];
      for (const choice of choices.filter((each) => each.level === level)) {
        const attempts = await this.#attemptWithResults(rasaTurn, choice, values);
        first ??= attempts[0];
        passed.push(...attempts.filter(isPassed));
      }
      const [winner, other] = passed;
      if (winner === undefined) continue;
      if (other === undefined) this.#accept(rasaTurn, winner);
      else this.#reportTurn(rasaTurn, first, passed);
      return other === undefined;
    }
    this.#reportTurn(rasaTurn, first, []);
    return false;
  }

  /** Plays a message until everything that the test expects holds, with more and more assumptions about the results of tools. */
  async #attemptWithResults(
    rasaTurn: RasaTestTurn,
    choice: Choice,
    values: ReadonlyMap<string, SlotValue>,
  ): Promise<readonly Attempt[]> {
    const attempts: Attempt[] = [];
    const open = [choice];
    for (let next = open.shift(); next !== undefined && attempts.length < maxAttempts; next = open.shift()) {
      const attempt = await this.#attempt(rasaTurn, next, values);
      attempts.push(attempt);
      if (isPassed(attempt)) break;
      open.push(...assumeResults(next, attempt.results, { flows: this.#imported.flows, values }));
    }
    return attempts;
  }

  async #attempt(rasaTurn: RasaTestTurn, choice: Choice, values: ReadonlyMap<string, SlotValue>): Promise<Attempt> {
    const { flows } = this.#imported;
    const fixtures = this.#turns.length === 0 ? this.#test.fixtures : new Map<string, SlotValue>();
    const turns = [createMessageTurn({ rasaTurn, assumption: choice, values: choice.values, fixtures, flows })];
    const known = new Map([...values, ...choice.results]);
    for (;;) {
      const run = await this.#run([...this.#turns, ...turns]);
      const results = run.turnResults.slice(this.#turns.length);
      const last = results.at(-1);
      const next =
        last === undefined || run.failure !== '' || turns.length > maxResultTurns
          ? undefined
          : createResultTurn(last, flows, known);
      if (next !== undefined) turns.push(next);
      else return { choice, turns, results, findings: judge(results, rasaTurn.checks, flows), failure: run.failure };
    }
  }

  async #run(turns: readonly TestTurn[]): Promise<ConversationRun> {
    const { files, checked } = this.#imported;
    const text = formatConversation(this.#test, turns, 0);
    return runCheckedConversation(
      parseConversation('conversations/test.yaml', text, () => files),
      checked,
    );
  }

  #accept(rasaTurn: RasaTestTurn, { turns, results, findings, choice }: Attempt): void {
    for (const [index, turn] of turns.entries()) {
      const expectations = findings.expectations[index];
      this.#written.push(
        expectations === undefined || expectations.size === 0 ? turn : { ...turn, expect: expectations },
      );
    }
    this.#turns.push(...turns);
    this.#last = results.at(-1);
    const { report } = this.#imported.context;
    for (const [check, verdict] of findings.verdicts) {
      if (verdict !== 'UNDECIDED') continue;
      report.addLoss(
        check.at,
        `test "${shorten(this.#test.name)}": ${describeCheck(check)}`,
        check.kind === 'slot' ? 'the turn has no place for the value' : 'no scenario decides it',
        check.kind === 'slot' ? 'send the value where the scenario needs it' : 'check it where the reply is written',
      );
    }
    if (choice.assumed.length === 0) return;
    report.addChange(
      rasaTurn.at,
      `test "${shorten(this.#test.name)}": user: ${shorten(rasaTurn.message)}`,
      `the test does not state ${choice.assumed.join(' and ')}; with it, all expectations hold`,
      'check the turn in the conversation test',
    );
  }

  #reportTurn(rasaTurn: RasaTestTurn, first: Attempt | undefined, ways: readonly Attempt[]): void {
    const failed = rasaTurn.checks.find((check) => first?.findings.verdicts.get(check) === 'FAILS');
    const reason =
      ways.length > 0
        ? `the test holds in several ways: ${ways.map(({ choice }) => choice.assumed.join(' and ')).join('; ')}`
        : failed === undefined
          ? 'the test does not state what starts or what the customer answers'
          : `expects ${describeCheck(failed)}; ${describeDecision(first)}`;
    this.#imported.context.report.addLoss(
      ways.length > 0 ? rasaTurn.at : (failed?.at ?? rasaTurn.at),
      `test "${shorten(this.#test.name)}": user: ${shorten(rasaTurn.message)}`,
      reason,
      'complete the conversation test from this turn on',
    );
  }
}

/** Whether everything that can be decided holds, and the turns are valid. A message without any check must assume nothing. */
function isPassed({ findings, failure, choice }: Attempt): boolean {
  const verdicts = [...findings.verdicts.values()];
  if (failure !== '' || verdicts.includes('FAILS')) return false;
  return choice.level === 0 || verdicts.includes('HOLDS');
}

function describeCheck(check: RasaCheck): string {
  switch (check.kind) {
    case 'utter':
      return `response "${check.response}"`;
    case 'slot':
      return `slot "${check.slot}" = ${JSON.stringify(check.value)}`;
    case 'action':
      return `action "${check.action}"`;
    case 'flow_started':
    case 'flow_completed':
    case 'flow_cancelled':
      return `${check.kind} "${check.flow}"`;
  }
}

function describeDecision(attempt: Attempt | undefined): string {
  const actual = attempt?.results.at(-1)?.actual;
  if (attempt?.failure !== '' || actual === undefined) return `the turn fails: ${attempt?.failure ?? ''}`;
  const { at, asks, informs, confirms } = actual;
  return `decided is ${JSON.stringify({ at, asks, informs, confirms })}`;
}
