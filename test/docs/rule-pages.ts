import { listPages, parsePage } from './markdown-pages';
import { type PageFile, toPageFile } from './page-files';

/** A heading of the semantics with everything up to the next heading of its level or above. */
export interface RuleSection {
  readonly page: string;
  /** The number at the start of the heading, for example "2.11" or "5". Headings without a number belong to the rule above them. */
  readonly rule: string;
  readonly isNumbered: boolean;
  /** The text of the heading. */
  readonly title: string;
  readonly level: number;
  readonly files: readonly PageFile[];
}

/** A page of docs/semantics. */
export interface RulePage {
  readonly files: readonly PageFile[];
  readonly sections: readonly RuleSection[];
}

export function readRulePages(): readonly RulePage[] {
  return listPages('docs/semantics').map(readRulePage);
}

interface OpenSection extends RuleSection {
  readonly files: PageFile[];
}

function readRulePage(page: string): RulePage {
  const files: PageFile[] = [];
  const sections: OpenSection[] = [];
  let open: readonly OpenSection[] = [];
  const tokens = parsePage(page);
  for (const [index, { type, tag, info, content, map }] of tokens.entries()) {
    if (type === 'heading_open' && tag !== 'h1') {
      const title = tokens[index + 1]?.content ?? '';
      const level = Number(tag.slice(1));
      const parents = open.filter((each) => each.level < level);
      const number = /^(\d+(?:\.\d+)?)\.? /.exec(title)?.[1];
      const rule = number ?? parents.at(-1)?.rule ?? '';
      const section: OpenSection = { page, rule, isNumbered: number !== undefined, title, level, files: [] };
      open = [...parents, section];
      sections.push(section);
    }
    const file =
      type === 'fence' ? toPageFile(page, { language: info, text: content, line: (map?.[0] ?? 0) + 1 }) : undefined;
    if (!file) continue;
    files.push(file);
    for (const section of open) section.files.push(file);
  }
  return { files, sections };
}
