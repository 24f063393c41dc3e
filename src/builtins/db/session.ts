/** What the rest of `db` needs of a driver: sessions, each one connection to a database. */
import type { LuaTable } from "../../host";
import type { Parameter } from "./params";

export interface Statement {
  /** JS text. */
  readonly sql: string;
  readonly params: readonly Parameter[];
}

export interface Outcome {
  readonly rows: LuaTable[];
  readonly affected: number;
  /** Postgres: the command that the server says it did. */
  readonly command?: string | undefined;
}

/** Rows that are fetched as they are needed. */
export interface Cursor {
  /** The session can do nothing else until the cursor is closed. */
  readonly isExclusive: boolean;
  /** The next rows, undefined behind the last one. */
  next(): Promise<LuaTable[] | undefined>;
  close(): Promise<void>;
  /** As those of the session, for a cursor that has a connection of its own. */
  interrupt?(): Promise<void>;
  destroy?(): void;
}

/** Asked between rows by drivers that can't be interrupted otherwise. */
export type Checkpoint = () => void;

export interface Session {
  /** It can't be used any more: the connection was lost or closed. */
  readonly isBroken: boolean;
  /** Whether a transaction is open, where that can be told without asking a server. */
  readonly inTransaction?: boolean;
  /** Runs one statement to its end. `inside`: within an explicit transaction. */
  run(statement: Statement, inside: boolean, checkpoint: Checkpoint): Promise<Outcome>;
  open(statement: Statement, inside: boolean, checkpoint: Checkpoint): Promise<Cursor>;
  /** Asks the database to end the statement that runs. */
  interrupt(): Promise<void>;
  /** Ends the connection at once; what still runs on it fails. */
  destroy(): void;
}

export interface TransactionOptions {
  readonly isolation?: string | undefined;
  readonly readOnly: boolean;
}

/** One database server or file. */
export interface Driver {
  readonly kind: "postgres" | "mysql" | "sqlite";
  /** For messages: `localhost:5432`, or the file. */
  readonly where: string;
  /** More than one connection at a time makes sense. */
  readonly isShared: boolean;
  connect(): Promise<Session>;
  /** The statements that begin a transaction. */
  begin(options: TransactionOptions): string[];
  /** What undoes settings of `begin` that do not end with the transaction. */
  end?(options: TransactionOptions): string[];
}
