import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import GithubSlugger from 'github-slugger';
import type MarkdownIt from 'markdown-it';
import { leftOut, root, tokensOf } from './markdown-pages';

/** A link, or the source of a picture, within the repository. */
export interface PageLink {
  /** As it is written. */
  readonly written: string;
  /** The file or folder that it leads to, as seen from the top folder. */
  readonly target: string;
  /** The heading that it leads to; empty where it leads to the file. */
  readonly anchor: string;
}

type Token = MarkdownIt.Token;

const elsewhere = /^([a-z][a-z\d+.-]*:|\/\/)/i;

/** The links and pictures of a page that do not lead out of the repository, in Markdown and in HTML. */
export function pageLinks(page: string): readonly PageLink[] {
  return everyToken(tokensOf(page))
    .flatMap(addressesIn)
    .filter((written) => !elsewhere.test(written))
    .map((written) => {
      const [path = '', anchor = ''] = decodeURI(written).split('#');
      return { written, target: path === '' ? page : normalize(join(dirname(page), path)), anchor };
    });
}

/** What is wrong with a link; empty where it leads somewhere. */
export function brokenBecause({ target, anchor }: PageLink): string {
  if (target.startsWith('..')) return 'leads out of the repository';
  if (!existsSync(join(root, target))) return `there is no ${target}`;
  if (anchor === '') return '';
  return target.endsWith('.md') && anchorsOf(target).has(anchor) ? '' : `${target} has no heading #${anchor}`;
}

/** The files that one comes to from a page by following links. A folder leads to the files in it, as GitHub lists them. */
export function reachableFrom(page: string): ReadonlySet<string> {
  const reached = new Set([page]);
  for (const path of reached) {
    if (statSync(join(root, path)).isDirectory()) {
      for (const name of readdirSync(join(root, path))) if (!leftOut.test(name)) reached.add(join(path, name));
    } else if (path.endsWith('.md')) {
      for (const link of pageLinks(path)) if (brokenBecause(link) === '') reached.add(link.target);
    }
  }
  return reached;
}

/** Every link of a page may ask for them. */
const anchorsByPage = new Map<string, ReadonlySet<string>>();

function anchorsOf(page: string): ReadonlySet<string> {
  const anchors = anchorsByPage.get(page) ?? headingAnchors(page);
  anchorsByPage.set(page, anchors);
  return anchors;
}

/** The anchors of a page's headings, as GitHub makes them. */
function headingAnchors(page: string): ReadonlySet<string> {
  const slugger = new GithubSlugger();
  const tokens = tokensOf(page);
  const headings = tokens.filter((_token, index) => tokens[index - 1]?.type === 'heading_open');
  return new Set(headings.map((heading) => slugger.slug(everyToken([heading]).map(readIn).join(''))));
}

function everyToken(tokens: readonly Token[]): readonly Token[] {
  return tokens.flatMap((token) => token.children ?? [token]);
}

function addressesIn(token: Token): readonly string[] {
  if (token.type === 'link_open') return [String(token.attrGet('href'))];
  if (token.type === 'image') return [String(token.attrGet('src'))];
  if (!token.type.startsWith('html_')) return [];
  return [...token.content.matchAll(/\b(?:href|src|srcset)="([^"]+)"/g)].map(([, address]) => address ?? '');
}

/** What a reader sees of it. */
function readIn({ type, content }: Token): string {
  return type === 'text' || type === 'code_inline' ? content : '';
}
