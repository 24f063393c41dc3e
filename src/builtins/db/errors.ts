/**
 * What can go wrong with a database, in words. Messages name the address and the cause, and never
 * hold a password: those stay in the settings, which no message is made from.
 */
import { Fault, HostError } from "../../host";

/** A failure that scripts see, without the function's name. JS text. */
export class DbFault extends Fault {
  constructor(
    message: string,
    /** The SQLSTATE of a server's error. */
    readonly sqlState?: string | undefined,
  ) {
    super(message);
  }

  /** What is wrong with the arguments is said without a function, as the original does. */
  override toError(name: string): HostError {
    return this.message.startsWith("db: ") ? new HostError(this.message) : super.toError(name);
  }
}

/** An error that the database itself reported: `<text> (SQLSTATE 23505)`. */
export function serverFault(text: string, sqlState: string | undefined, note = ""): DbFault {
  const state = sqlState === undefined ? "" : `SQLSTATE ${sqlState}`;
  const details = [state, note].filter((s) => s !== "").join(", ");
  const tail = details === "" ? "" : ` (${details})`;
  return new DbFault(`error returned from database: ${text}${tail}`, sqlState);
}

export const CLOSED_POOL = "attempted to acquire a connection on a closed pool";

/** The connection went away while a statement or a transaction was using it. */
export function lostFault(where: string): DbFault {
  return new DbFault(`the connection to ${where} was lost`);
}

/** `INSERT OR ROLLBACK`, a full disk, or a COMMIT of the script's own. */
export function endedFault(): DbFault {
  return new DbFault("the transaction was ended by one of its statements");
}
