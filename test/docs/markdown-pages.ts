import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import MarkdownIt from 'markdown-it';

/** The top folder of the repository. */
export const root = join(__dirname, '..', '..');

/** What is not written by hand, or not part of the repository (.gitignore). */
export const leftOut = /^(\.git|node_modules|dist(\..*)?|coverage|reports|data|\.stryker-tmp|\.jest)$/;

/** A fenced block of a page. */
export interface Block {
  /** What stands behind the fence: `sh`, `console`, `yaml`. */
  readonly language: string;
  readonly text: string;
  /** The line of its fence, counted from 1. */
  readonly line: number;
}

const markdown = new MarkdownIt({ html: true });

/** The paths of all Markdown pages, as seen from the top folder. */
export function markdownPages(folder = ''): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !leftOut.test(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? markdownPages(path) : path.endsWith('.md') ? [path] : [];
    });
}

/** A page as markdown-it reads it. */
export function tokensOf(page: string): readonly MarkdownIt.Token[] {
  return markdown.parse(readFileSync(join(root, page), 'utf8'), {});
}

/** The fenced blocks of a page in their order. */
export function blocksOf(page: string): readonly Block[] {
  return tokensOf(page).flatMap(({ type, info, content, map }) =>
    type === 'fence' ? [{ language: info, text: content, line: (map?.[0] ?? 0) + 1 }] : [],
  );
}

/** The text beneath each heading of a page, up to the next one. */
export function markdownSections(page: string): ReadonlyMap<string, string> {
  const parts = readFileSync(join(root, page), 'utf8').split(/^#+ (.+)$/m);
  return new Map(parts.flatMap((heading, index) => (index % 2 === 1 ? [[heading, parts[index + 1] ?? '']] : [])));
}
