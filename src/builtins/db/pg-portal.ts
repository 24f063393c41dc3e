/** Rows of a statement outside of transactions, batch by batch: the statement runs on meanwhile. */
import type { LuaTable } from "../../host";
import { type Column, dense, type PostgresError, type RawResult, type Running } from "./pg-raw";
import type { Cursor } from "./session";

/** Rows that are fetched at a time. */
export const BATCH_ROWS = 200;

/** The code of statements that were cancelled. */
const QUERY_CANCELED = "57014";

/** A query that has not been sent yet. */
interface Pending {
  cursor(rows: number, take: never): unknown;
}

/** What a portal needs of its session. */
export interface PortalSession {
  /** What the package takes for the wish to end. */
  readonly closing: unknown;
  tables(rows: RawResult, columns: readonly Column[]): Promise<LuaTable[]>;
  fault(e: unknown): unknown;
  /** What can be interrupted at present. */
  runs(query: Running | undefined): void;
  /** The connection is free again. */
  ended(): void;
  destroy(): void;
}

/** Runs `pending` as long as rows are asked for. */
export function openPortal(pending: Pending, session: PortalSession): Cursor {
  let columns: readonly Column[] | undefined;
  let goOn: ((close: unknown) => void) | undefined;
  let want: { resolve(rows: RawResult | undefined): void; reject(e: unknown): void } | undefined;
  let isOver = false;
  let isClosing = false;
  const query = pending.cursor(BATCH_ROWS, ((rows: RawResult) => {
    columns ??= rows.columns;
    return new Promise((resolve) => {
      // the first rows may come after the request to cancel, which was too late then
      if (isClosing) resolve(session.closing);
      goOn = resolve;
      want?.resolve(dense(rows));
      want = undefined;
    });
  }) as never) as Running;
  const end = (settle: () => void) => {
    if (!isOver) session.ended();
    isOver = true;
    settle();
  };
  let failure: unknown;
  const fetch = () =>
    new Promise<RawResult | undefined>((resolve, reject) => {
      want = { resolve, reject };
    });
  let first: Promise<RawResult | undefined> | undefined = fetch();
  const ended = query.then(
    () => end(() => want?.resolve(undefined)),
    (e: unknown) => {
      failure = e;
      // When a cursor fails, the package asks the server to be ready again. After the last rows and
      // with `CLOSE` it has done so already: the second answer would end the next statement,
      // without its rows. A request to cancel or a deferred constraint makes it fail then.
      const isLate = columns !== undefined || isClosing;
      if (isLate || (e as PostgresError).code === QUERY_CANCELED) session.destroy();
      end(() => want?.reject(e));
    },
  );
  return {
    isExclusive: true,
    next: async () => {
      if (isOver && failure === undefined) return undefined;
      session.runs(query);
      try {
        let rows: RawResult | undefined;
        if (first !== undefined) rows = await first;
        else if (!isOver) {
          const next = fetch();
          goOn?.(undefined);
          rows = await next;
        }
        first = undefined;
        if (failure !== undefined) throw failure;
        if (rows === undefined || rows.length === 0) return undefined;
        return await session.tables(rows, columns ?? []);
      } catch (e) {
        throw session.fault(e);
      } finally {
        session.runs(undefined);
      }
    },
    close: async () => {
      if (isOver) return;
      isClosing = true;
      goOn?.(session.closing);
      await ended;
    },
  };
}
