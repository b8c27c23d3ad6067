import { formatScenarioGraph } from '../../../src/cli/render/terminal-drawing';
import { buildScenarioGraph } from '../../../src/core/scenario/graph/scenario-graph';
import { findSessionPath } from '../../../src/core/scenario/graph/session-path';
import { compileDraft } from '../../support/conversation';
import { startConversation } from '../../support/running';
import { orderScenario, registerScenario } from './order-scenario';

const terminal = { width: 80, hasColor: false };

test('the terminal drawing connects every transition with its target step', () => {
  expect(formatScenarioGraph(terminal, buildScenarioGraph(compileDraft(orderScenario)))).toEqual([
    'Order  version 1',
    '',
    '╭───▶ * [/ ask /] ask order (may be skipped)',
    '│ ╭──     → sure',
    '│ │',
    '│ ╰─▶   {{ sure }} confirm (checkpoint)',
    '╰────     → ask  declined',
    '  ╭──     → done  else',
    '  │',
    '  ╰─▶   ([ done ]) inform done',
    '',
    '  ╭─▶   ([ help ]) inform help (recovery)',
    '  │',
    '  │    from anywhere',
    '  ╰──     ⇢ help  intent say "help"',
    '',
    '[/ collect /]  {{ checkpoint }}  ([ terminal ])',
    '* entry   → when the step is done   ⇢ at any time',
  ]);
});

test('the terminal drawing shows calls, and transitions that return', () => {
  const graph = buildScenarioGraph(compileDraft(registerScenario), undefined, () => 'Address');
  expect(formatScenarioGraph(terminal, graph).slice(2)).toEqual([
    '    * [\\ where \\] call Address',
    '╭──     → done',
    '│',
    '╰─▶   ([ done ])',
    '',
    '╭─▶   [ why ] inform why (recovery)',
    '│       → back  return',
    '│',
    '│    from anywhere',
    '╰──     ⇢ why  intent why',
    '',
    '[\\ call \\]  ([ terminal ])  [ inform ]',
    '* entry   → when the step is done   ⇢ at any time',
  ]);
});

test('the path of a session marks the current and the skipped steps, with a legend', () => {
  const { session } = startConversation([orderScenario], { variables: { order: '1' } });
  const graph = buildScenarioGraph(compileDraft(orderScenario), findSessionPath(session, 'Order'));
  const lines = formatScenarioGraph(terminal, graph);
  expect(lines).toContain('╭───▶ » [/ ask /] ask order (may be skipped)');
  expect(lines).toContain('│ ╰─▶ ● {{ sure }} confirm (checkpoint)');
  expect(lines.at(-1)).toMatch(/● current {2}✓ visited {2}» skipped$/);
});

test('lines are truncated at the width of the terminal', () => {
  const lines = formatScenarioGraph({ width: 40, hasColor: false }, buildScenarioGraph(compileDraft(orderScenario)));
  expect(lines).toContain('╭───▶ * [/ ask /] ask order (may be ski…');
});
