import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { markdownPages, root } from './markdown-pages';
import { brokenBecause, pageLinks, reachableFrom } from './page-links';

test.each(markdownPages())('the links of %s lead somewhere', (page) => {
  const broken = pageLinks(page).flatMap((link) => {
    const why = brokenBecause(link);
    return why === '' ? [] : [`${link.written}: ${why}`];
  });
  expect(broken).toEqual([]);
});

test('every file in docs/ can be reached from the README', () => {
  const reached = reachableFrom('README.md');
  const files = readdirSync(join(root, 'docs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  expect(files.filter((file) => !reached.has(file))).toEqual([]);
});

test.each([
  ['a file that is not there', 'docs/none.md', '', 'there is no docs/none.md'],
  ['a heading that is not there', 'docs/tutorial.md', 'sing', 'docs/tutorial.md has no heading #sing'],
  ['a heading of what is no page', 'package.json', 'scripts', 'package.json has no heading #scripts'],
  ['a place outside', '../elsewhere.md', '', 'leads out of the repository'],
  ['nothing wrong', 'docs/tutorial.md', 'next-steps', ''],
])('a link to %s is told', (_what, target, anchor, told) => {
  expect(brokenBecause({ written: target, target, anchor })).toBe(told);
});
