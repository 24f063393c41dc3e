/** What the `postgres` package gives besides its documented types. */
import type { Backend } from "./pg-cancel";

/** What the client gives in the middle of a COPY. */
export interface CopyStream {
  on(event: "error", listener: () => void): unknown;
  destroy(): unknown;
}

/** Rows as the server sends them. */
export interface RawResult extends Array<(Buffer | null)[]> {
  readonly count: number | null;
  readonly command: string;
  readonly columns: readonly Column[] | undefined;
}

/**
 * The rows without what was left free in front of them: behind a statement that failed after some rows
 * the package goes on counting, and puts the rows of the next one behind those that never came.
 */
export function dense<T extends RawResult | CopyStream>(result: T): T {
  if (!Array.isArray(result) || result.length === 0 || 0 in result) return result;
  // `findIndex` would look at the free places
  result.some((_, i) => {
    result.splice(0, i);
    return true;
  });
  return result;
}

export interface Column {
  readonly name: string;
  readonly type: number;
}

/** What a server's error has. */
export interface PostgresError {
  readonly code?: string;
  readonly message: string;
  readonly detail?: string;
  readonly severity?: string;
}

/** What a query of postgres has inside. */
export interface Running extends Promise<unknown> {
  /** The connection that it was sent on. */
  readonly state: Backend | null | undefined;
  cancel(): unknown;
}
