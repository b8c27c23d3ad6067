import { OrchestratorError } from '../../../core/model/orchestrator-error';

const defaultPageSize = 50;

/** The fields of a list request that concern pages. */
export interface PageRequest {
  /** 1 to 500; 0 selects the default of 50. */
  readonly pageSize: number;
  readonly pageToken: string;
}

export function getPageSize({ pageSize }: PageRequest): number {
  return pageSize === 0 ? defaultPageSize : pageSize;
}

/**
 * Page tokens of one list. They are opaque to clients and valid only for the same list with the same filters. They contain no
 * secret and grant no access, so they are not signed.
 */
export class PageTokens {
  private readonly list: string;

  /** `list` identifies the list and its filters. */
  constructor(...list: readonly string[]) {
    this.list = JSON.stringify(list);
  }

  /** Creates the token for a cursor; "" after the last page. */
  create(cursor: string | number | undefined): string {
    return cursor === undefined ? '' : Buffer.from(`${this.getFingerprint()}:${cursor}`).toString('base64url');
  }

  /**
   * Returns the cursor in a token; "" for the first page.
   *
   * @throws OrchestratorError INVALID_REQUEST if the token is not from this list.
   */
  parse({ pageToken }: PageRequest, cursorPattern: RegExp): string {
    if (pageToken === '') return '';
    const [fingerprint, cursor = ''] = Buffer.from(pageToken, 'base64url').toString().split(':');
    if (fingerprint === this.getFingerprint() && cursorPattern.test(cursor)) return cursor;
    throw new OrchestratorError('INVALID_REQUEST', 'The request violates the contract', {
      violations: [{ field: 'page_token', description: 'must be the next_page_token of a page of the same list' }],
    });
  }

  /** Hashes the list to 32 bits by FNV-1a, which is sufficient to detect a token of another list. */
  private getFingerprint(): string {
    let hash = 0x811c9dc5;
    for (const byte of Buffer.from(this.list)) hash = Math.imul(hash ^ byte, 0x01000193);
    return (hash >>> 0).toString(36);
  }
}
