/** `db.transaction`: all of what a function does, or nothing of it. */
import { type Context, type LuaFunction, type LuaValue, type Userdata, values } from "../../host";
import { type Link, Scope } from "./database";
import { DbFault, endedFault } from "./errors";
import { ALWAYS } from "./lock";
import type { Outcome, Session, TransactionOptions } from "./session";

const nothing = () => undefined;

function command(session: Session, sql: string): Promise<Outcome> {
  return session.run({ sql, params: [] }, true, nothing);
}

/** Runs `f` in a transaction, or in a savepoint when one is open already. */
export async function runTransaction(
  ctx: Context,
  link: Link,
  f: LuaFunction,
  options: TransactionOptions,
  makeHandle: (scope: Scope) => Userdata,
) {
  const { database } = link;
  const lease = await database.lease(ctx, link.scope);
  const { session, scope: outer } = lease;
  const savepoint = outer === undefined ? undefined : `assay_${nextSavepoint(outer)}`;
  const scope = new Scope(session, outer);
  try {
    const begin =
      savepoint === undefined ? database.driver.begin(options) : [`SAVEPOINT ${savepoint}`];
    await database.guard(ctx, session, undefined, async (checkpoint) => {
      for (const sql of begin) await session.run({ sql, params: [] }, true, checkpoint);
    });
    const results = await runInside(ctx, link, scope, f, makeHandle(scope));
    await finishInside(scope);
    if (session.inTransaction === false) throw endedFault();
    const done = await database.guard(ctx, session, undefined, () =>
      command(session, savepoint === undefined ? "COMMIT" : `RELEASE SAVEPOINT ${savepoint}`),
    );
    // Postgres answers the COMMIT of a failed transaction so, and not with an error
    if (done.command === "ROLLBACK")
      throw new DbFault("rolled back, because a statement of the transaction had failed");
    return values(...results);
  } catch (e) {
    await finishInside(scope);
    await rollBack(session, savepoint);
    throw e;
  } finally {
    if (savepoint === undefined) await settle(session, database.driver.end?.(options) ?? []);
    lease.release();
  }
}

/** Puts the session back in order; one on which that fails is not used again. */
async function settle(session: Session, commands: readonly string[]): Promise<void> {
  if (session.isBroken) return;
  try {
    for (const sql of commands) await command(session, sql);
  } catch {
    session.destroy();
  }
}

function nextSavepoint(scope: Scope): number {
  let root = scope;
  while (root.parent !== undefined) root = root.parent;
  return ++root.savepoints;
}

/** Runs the function in a task that belongs to the transaction. */
async function runInside(
  ctx: Context,
  link: Link,
  scope: Scope,
  f: LuaFunction,
  handle: Userdata,
): Promise<LuaValue[]> {
  const task = ctx.spawn(f, handle);
  link.database.enter(task, scope);
  return ctx.join(task);
}

/** Ends the scope, behind statements that tasks of the transaction have begun. */
async function finishInside(scope: Scope): Promise<void> {
  if (scope.isOver) return;
  const release = await scope.lock.acquire(ALWAYS);
  scope.isOver = true;
  release();
}

/** Undoes everything; a connection on which that fails is not used again. */
async function rollBack(session: Session, savepoint: string | undefined): Promise<void> {
  // some failures undo everything themselves
  if (session.isBroken || session.inTransaction === false) return;
  try {
    if (savepoint === undefined) await command(session, "ROLLBACK");
    else {
      await command(session, `ROLLBACK TO SAVEPOINT ${savepoint}`);
      await command(session, `RELEASE SAVEPOINT ${savepoint}`);
    }
  } catch {
    session.destroy();
  }
}
