import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import MarkdownIt from 'markdown-it';

/** The root folder of the repository. */
export const root = join(__dirname, '..', '..');

/** Names of files and folders that are generated or in .gitignore. */
export const ignoredEntries = /^(\.git|node_modules|dist(\..*)?|coverage|reports|data|\.stryker-tmp|\.jest)$/;

/** A fenced block of a page. */
export interface Block {
  /** The language after the fence: `sh`, `console`, `yaml`. */
  readonly language: string;
  readonly text: string;
  /** Line number of the opening fence, from 1. */
  readonly line: number;
}

const markdown = new MarkdownIt({ html: true });

/** Lists the paths of all Markdown pages, relative to the root folder. */
export function listPages(folder = ''): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !ignoredEntries.test(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? listPages(path) : path.endsWith('.md') ? [path] : [];
    });
}

/** Parses a page into markdown-it tokens. */
export function parsePage(page: string): readonly MarkdownIt.Token[] {
  return markdown.parse(readFileSync(join(root, page), 'utf8'), {});
}

/** Reads the fenced blocks of a page, in order. */
export function readBlocks(page: string): readonly Block[] {
  return parsePage(page).flatMap(({ type, info, content, map }) =>
    type === 'fence' ? [{ language: info, text: content, line: (map?.[0] ?? 0) + 1 }] : [],
  );
}

/** Reads the text of each section of a page, by heading. */
export function readSections(page: string): ReadonlyMap<string, string> {
  const parts = readFileSync(join(root, page), 'utf8').split(/^#+ (.+)$/m);
  return new Map(parts.flatMap((heading, index) => (index % 2 === 1 ? [[heading, parts[index + 1] ?? '']] : [])));
}
