import { join } from 'node:path';
import type { Scenario } from '../../../gen/focal/orchestration/v1/scenario';
import { loadScenarioFiles } from '../../../src/cli/files';
import { compileScenario } from '../../../src/core/scenario/compile-scenario';
import type { ScenarioFinding } from '../../../src/core/scenario/scenario-finding';
import { scenarioFromProto } from '../../../src/server/codec/wire/scenario-codec';
import { parseChart } from '../../../tools/replay/chart';
import { toScenario } from '../../../tools/replay/chart-scenario';
import { listDataFiles, readRecords } from '../../../tools/replay/read-records';

const examples = join(__dirname, '..', '..', '..', 'examples');

function getFindings(message: Scenario): readonly ScenarioFinding[] {
  return compileScenario(scenarioFromProto(message), 1).findings;
}

async function readCharts(path: string): Promise<readonly Scenario[]> {
  const scenarios: Scenario[] = [];
  for await (const record of readRecords(path)) {
    if (record.kind === 'scenario') scenarios.push(toScenario(parseChart(record.value)));
  }
  return scenarios;
}

test('findings: the example scenarios have no findings', () => {
  const { scenarios } = loadScenarioFiles([join(examples, 'scenarios')]);
  expect(scenarios).not.toEqual([]);
  expect(scenarios.flatMap(({ message }) => getFindings(message))).toEqual([]);
});

test('findings: the recorded conversations have fields that are never collected and conditions in natural language', async () => {
  const files = await listDataFiles(join(examples, 'replay'));
  const scenarios = (await Promise.all(files.map(readCharts))).flat();
  expect(scenarios.length).toBeGreaterThan(files.length);
  const found = scenarios.flatMap(getFindings).map(({ severity, code, fieldPath }) => {
    const place = fieldPath.replaceAll(/\[\d+\]/g, '[]');
    return `${severity} ${code} ${place}`;
  });
  expect([...new Set(found)].sort()).toEqual([
    'WARNING FIELD_NOT_COLLECTED steps[].confirms_fields',
    'WARNING SEMANTIC_EVALUATION_OFF steps[].transitions[].condition_text',
  ]);
});
