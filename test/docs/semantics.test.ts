import { PageFolder } from './page-files';
import { readLinks } from './page-links';
import { readRulePages } from './rule-pages';

const pages = readRulePages();
const files = pages.flatMap((page) => page.files);
const sections = pages.flatMap((page) => page.sections);
const examples = sections.flatMap(({ rule, files: ofSection }) =>
  ofSection.filter(({ isConversation }) => isConversation).map(({ path }) => ({ rule, path })),
);
const conversations = files
  .filter(({ isConversation }) => isConversation)
  .map((file) => ({ ...file, title: readName(file.text), rule: findRule(file.path) }));
const scenarios = files.filter(({ isConversation }) => !isConversation);
let folder: PageFolder;

beforeAll(() => {
  folder = new PageFolder(files);
});
afterAll(() => folder.remove());

test.each(conversations)('$title ($path)', async (file) => {
  expect(await folder.play(file)).toEqual([]);
});

test('every rule has an example', () => {
  /** Why a conversation cannot show these rules, and which tests hold them. */
  const withoutExample = new Map([
    ['2.2 Step not found', 'the player refuses a session at a step that does not exist; test/core/2-lifecycle'],
    ['5.1 The same turn again', 'the player sends each turn once; test/server/application'],
    ['5.2 The same id for another turn', 'the player sends each turn once; test/server/application'],
    ['5.3 Two turns at once', 'the player sends one turn after the other; test/server/application'],
    ['5.4 Expected revision', 'a property of the call; test/server/application'],
    ['5.5 Validate only', 'a property of the call; test/server/application'],
    ['Stateless methods', 'the player processes turns of a stored session; test/server/grpc'],
    ['9. The optional model in the lifecycle', 'the player has no model; test/core/9-model'],
    ['Texts and types', 'expectations do not contain texts; test/core/10-fields'],
  ]);
  const missing = sections
    .filter(({ files: ofSection }) => !ofSection.some(({ isConversation }) => isConversation))
    .map(({ title }) => title);
  expect(missing.sort()).toEqual([...withoutExample.keys()].sort());
});

test('the name of an example starts with its rule', () => {
  expect(conversations.filter(({ title, rule }) => !title.startsWith(`${rule}: `)).map(({ path }) => path)).toEqual([]);
});

test('every scenario of the semantics is used by an example of its page', () => {
  const used = new Set(conversations.flatMap(({ path, text }) => listUsedFiles(path, text)));
  expect(scenarios.map(({ path }) => path).filter((path) => !used.has(path))).toEqual([]);
});

test('docs/semantics.md links every numbered rule and section', () => {
  const linked = new Set(
    readLinks('docs/semantics.md').map(({ target, anchor }) => `${target}#${/^\d+/.exec(anchor)?.[0] ?? ''}`),
  );
  const missing = sections
    .filter(({ isNumbered }) => isNumbered)
    .filter(({ page, rule }) => !linked.has(`${page}#${rule.replace('.', '')}`));
  expect(missing.map(({ title }) => title)).toEqual([]);
});

function readName(text: string): string {
  return /^name: "(.+)"$/m.exec(text)?.[1] ?? '';
}

/** Returns the rule of the innermost section that contains the example. */
function findRule(path: string): string {
  return examples.findLast((example) => example.path === path)?.rule ?? '';
}

function listUsedFiles(path: string, text: string): readonly string[] {
  const folderOfPage = path.slice(0, path.lastIndexOf('/') + 1);
  return [...text.matchAll(/[\w-]+\.yaml/g)].map(([name]) => folderOfPage + name);
}
