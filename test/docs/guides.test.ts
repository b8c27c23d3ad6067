import { listPages, readBlocks } from './markdown-pages';
import { PageFolder, toPageFile } from './page-files';

const files = listPages('docs/how-to').flatMap((page) =>
  readBlocks(page).flatMap((block) => toPageFile(page, block) ?? []),
);
const scenarios = files.filter(({ isConversation }) => !isConversation);
const conversations = files.filter(({ isConversation }) => isConversation);
let folder: PageFolder;

beforeAll(() => {
  folder = new PageFolder(files);
});
afterAll(() => folder.remove());

test.each(scenarios)('$path has no findings', (file) => {
  expect(folder.check(file)).toEqual([]);
});

test.each(conversations)('$path passes', async (file) => {
  expect(await folder.play(file)).toEqual([]);
});

test('every scenario of a guide is used by one of its conversations', () => {
  const texts = conversations.map(({ text }) => text).join('\n');
  expect(scenarios.map(({ name }) => name).filter((name) => !texts.includes(name))).toEqual([]);
});

test('the plan in "From plan to reply" is that of the first turn of its conversation', async () => {
  const page = 'docs/how-to/from-plan-to-reply.md';
  const shown: unknown = JSON.parse(readBlocks(page).find(({ language }) => language === 'json')?.text ?? '');
  const conversation = conversations.find(({ path }) => path.startsWith(page.replace('.md', '')));
  if (conversation === undefined) throw new Error(`${page} has no conversation.`);
  const [response] = await folder.readResponses(conversation);
  expect(response).toMatchObject({ plan: { contributions: shown } });
});
