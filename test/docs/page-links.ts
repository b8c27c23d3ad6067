import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import GithubSlugger from 'github-slugger';
import type MarkdownIt from 'markdown-it';
import { ignoredEntries, parsePage, root } from './markdown-pages';

/** A link or image source within the repository. */
export interface PageLink {
  /** As written in the page. */
  readonly written: string;
  /** The target file or folder, relative to the root folder. */
  readonly target: string;
  /** The target heading. Empty if there is none. */
  readonly anchor: string;
}

type Token = MarkdownIt.Token;

const externalAddress = /^([a-z][a-z\d+.-]*:|\/\/)/i;

/** The links and images of a page, in Markdown and HTML, except external ones. */
export function readLinks(page: string): readonly PageLink[] {
  return flattenTokens(parsePage(page))
    .flatMap(findAddresses)
    .filter((written) => !externalAddress.test(written))
    .map((written) => {
      const [path = '', anchor = ''] = decodeURI(written).split('#');
      return { written, target: path === '' ? page : normalize(join(dirname(page), path)), anchor };
    });
}

/** The problem of a link; empty if it is valid. */
export function findProblem({ target, anchor }: PageLink): string {
  if (target.startsWith('..')) return 'leaves the repository';
  if (!existsSync(join(root, target))) return `${target} does not exist`;
  if (anchor === '') return '';
  return target.endsWith('.md') && getAnchors(target).has(anchor) ? '' : `${target} has no heading #${anchor}`;
}

/** The files that are reachable from a page by links. A link to a folder reaches its files, because GitHub lists them. */
export function listReachable(page: string): ReadonlySet<string> {
  const reached = new Set([page]);
  for (const path of reached) {
    if (statSync(join(root, path)).isDirectory()) {
      for (const name of readdirSync(join(root, path))) if (!ignoredEntries.test(name)) reached.add(join(path, name));
    } else if (path.endsWith('.md')) {
      for (const link of readLinks(path)) if (findProblem(link) === '') reached.add(link.target);
    }
  }
  return reached;
}

/** Cache: many links lead to the same page. */
const anchorsByPage = new Map<string, ReadonlySet<string>>();

function getAnchors(page: string): ReadonlySet<string> {
  const anchors = anchorsByPage.get(page) ?? createAnchors(page);
  anchorsByPage.set(page, anchors);
  return anchors;
}

/** The anchors of a page's headings, as GitHub creates them. */
function createAnchors(page: string): ReadonlySet<string> {
  const slugger = new GithubSlugger();
  const tokens = parsePage(page);
  const headings = tokens.filter((_token, index) => tokens[index - 1]?.type === 'heading_open');
  return new Set(headings.map((heading) => slugger.slug(flattenTokens([heading]).map(toText).join(''))));
}

function flattenTokens(tokens: readonly Token[]): readonly Token[] {
  return tokens.flatMap((token) => token.children ?? [token]);
}

function findAddresses(token: Token): readonly string[] {
  if (token.type === 'link_open') return [String(token.attrGet('href'))];
  if (token.type === 'image') return [String(token.attrGet('src'))];
  if (!token.type.startsWith('html_')) return [];
  return [...token.content.matchAll(/\b(?:href|src|srcset)="([^"]+)"/g)].map(([, address]) => address ?? '');
}

/** The visible text of a token. */
function toText({ type, content }: Token): string {
  return type === 'text' || type === 'code_inline' ? content : '';
}
