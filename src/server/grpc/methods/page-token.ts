import { OrchestratorError } from '../../../core/model/orchestrator-error';

const FALLBACK_PAGE_SIZE = 50;

/** What a list method reads of its request. */
export interface PageRequest {
  /** 1..500; 0: the default. */
  readonly pageSize: number;
  readonly pageToken: string;
}

/** The page size that a request asks for. */
export function getPageSize({ pageSize }: PageRequest): number {
  return pageSize === 0 ? FALLBACK_PAGE_SIZE : pageSize;
}

/**
 * Tokens of one list: opaque to callers, and of no use for another list or another choice of items. They hold no secret and
 * give no right, so they are not signed.
 */
export class PageTokens {
  private readonly list: string;

  /** `list` says what is listed, filters included. */
  constructor(...list: readonly string[]) {
    this.list = JSON.stringify(list);
  }

  /** The token for a cursor; "" where there is no next page. */
  create(cursor: string | number | undefined): string {
    return cursor === undefined ? '' : Buffer.from(`${this.fingerprint()}:${cursor}`).toString('base64url');
  }

  /**
   * The cursor of a token; "" for the first page.
   *
   * @throws OrchestratorError INVALID_REQUEST for what is no token of this list.
   */
  parse({ pageToken }: PageRequest, pattern: RegExp): string {
    if (pageToken === '') return '';
    const [fingerprint, cursor = ''] = Buffer.from(pageToken, 'base64url').toString().split(':');
    if (fingerprint === this.fingerprint() && pattern.test(cursor)) return cursor;
    throw new OrchestratorError('INVALID_REQUEST', 'The request breaks the contract', {
      violations: [{ field: 'page_token', description: 'must be the next_page_token of a page of the same list' }],
    });
  }

  /** 32 bits of FNV-1a: enough to tell a mistake. */
  private fingerprint(): string {
    let hash = 0x811c9dc5;
    for (const unit of Buffer.from(this.list)) hash = Math.imul(hash ^ unit, 0x01000193);
    return (hash >>> 0).toString(36);
  }
}
