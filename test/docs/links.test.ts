import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { listPages, root } from './markdown-pages';
import { findProblem, listReachable, readLinks } from './page-links';

test.each(listPages())('the links of %s are valid', (page) => {
  const broken = readLinks(page).flatMap((link) => {
    const problem = findProblem(link);
    return problem === '' ? [] : [`${link.address}: ${problem}`];
  });
  expect(broken).toEqual([]);
});

test('every file in docs/ is reachable from the README', () => {
  const reached = listReachable('README.md');
  const files = readdirSync(join(root, 'docs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  expect(files.filter((file) => !reached.has(file))).toEqual([]);
});

test.each([
  ['a missing file', 'docs/none.md', '', 'docs/none.md does not exist'],
  ['a missing heading', 'docs/tutorial.md', 'sing', 'docs/tutorial.md has no heading #sing'],
  ['a heading of a file that is not a page', 'package.json', 'scripts', 'package.json has no heading #scripts'],
  ['a path outside of the repository', '../elsewhere.md', '', 'leaves the repository'],
  ['a valid target', 'docs/tutorial.md', 'next-steps', ''],
])('a link to %s is checked', (_case, target, anchor, problem) => {
  expect(findProblem({ address: target, target, anchor })).toBe(problem);
});
