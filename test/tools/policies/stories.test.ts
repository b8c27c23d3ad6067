import { readFileSync } from 'node:fs';
import { SeededRandom } from '../../../tools/chaos/seeded-random';
import { manners } from '../../../tools/policies/customer';
import { judgeStory, playCustomer, shuffle } from '../../../tools/policies/play-story';
import { describeWish, parseStories, readIdentity, readStories } from '../../../tools/policies/stories';
import { readStoryTexts } from '../../../tools/policies/story-texts';
import { retailData, retailPolicy, storiesFile, textsFile } from './retail';

const texts = readStoryTexts(textsFile);
const stories = readStories(storiesFile, textsFile);

describe.each(manners)('a customer who tells their wishes: %s', (manner) => {
  const verdicts = stories.map((story) => judgeStory(story, manner, retailPolicy, retailData));

  it('ends every story with the right database', () => {
    expect(verdicts).toHaveLength(74);
    expect(verdicts.filter(({ isDatabaseEqual }) => !isDatabaseEqual)).toEqual([]);
  });

  it('gets a refusal for each request that the text says is refused, and a no for those that are taken back', () => {
    const expected = new Map([...texts].map(([id, { refused, regretted }]) => [id, refused.length + regretted.length]));
    const differing = verdicts.filter(
      ({ id, refusedCount }) => id !== '105' && refusedCount !== (expected.get(id) ?? 0),
    );
    expect(differing).toEqual([]);
  });

  it('gets the right actions, except one that the published tool refuses, too', () => {
    expect(verdicts.filter(({ problems }) => problems.length > 0)).toEqual([
      expect.objectContaining({
        id: '105',
        refusedByTool: true,
        problems: [expect.stringMatching(/^missing: exchange_delivered_order_items .*gift_card_7245904/)],
      }),
    ]);
  });
});

describe('what the player reads of a story', () => {
  const records: readonly Record<string, unknown>[] = JSON.parse(readFileSync(storiesFile, 'utf8'));
  const toActions = ({ actions }: Record<string, unknown>): readonly { readonly name: string }[] =>
    Array.isArray(actions) ? actions : [];

  it('is the same if the right actions come in another order and without those that read', () => {
    const random = new SeededRandom(23);
    const changed = records.map((record) => ({
      ...record,
      actions: shuffle(toActions(record), random).filter(({ name }) => !/^(find|get|list|calculate)/.test(name)),
    }));
    const isReordered = changed.some((record, index) => {
      const [before, after] = [toActions(records[index] ?? {}), toActions(record)].map((actions) =>
        actions.filter(({ name }) => !/^(find|get|list|calculate)/.test(name)),
      );
      return JSON.stringify(before) !== JSON.stringify(after);
    });
    expect(isReordered).toBe(true);
    expect(parseStories(changed, texts).map(({ customer }) => customer)).toEqual(
      stories.map(({ customer }) => customer),
    );
  });

  it('has neither the user id nor any result of a tool', () => {
    expect(stories.flatMap(({ customer }) => customer.wishes).filter(({ values }) => 'user_id' in values)).toEqual([]);
    expect(Object.keys(stories[0]?.customer ?? {})).toEqual(['id', 'knownInfo', 'wishes', 'text']);
  });

  it.each([2, 3])('leads to the same actions in whatever order the customer tells the wishes (seed %i)', (seed) => {
    const describeWrites = (story: (typeof stories)[number], ofSeed: number): readonly string[] =>
      playCustomer(story.customer, 'all at once', retailPolicy, retailData, ofSeed)
        .writes.map(({ tool, args }) => describeWish({ tool, values: args }))
        .toSorted();
    for (const story of stories) expect(describeWrites(story, seed)).toEqual(describeWrites(story, 1));
  });
});

test.each([
  ['You are Yusuf Rossi in zip code 19122.', 'Yusuf', 'Rossi', '19122', []],
  ['You are mei_kovacs_8020 living in zipcode 28236.', 'Mei', 'Kovacs', '28236', []],
  [
    'You name is Lucas Brown and your email is lucas.brown9344@example.com.',
    'Lucas',
    'Brown',
    '',
    ['lucas.brown9344@example.com'],
  ],
  ['You are an interesting guy called Noah Patel, living in the Big Apple in 10108.', 'Noah', 'Patel', '10108', []],
])('the identity in %j', (text, firstName, lastName, zip, emails) => {
  expect(readIdentity(text)).toEqual({ firstName, lastName, zip, emails });
});
