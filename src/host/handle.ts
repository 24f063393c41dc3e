/**
 * Handles: host objects that scripts hold (a connection, a task, a server).
 *
 *     interface Conn { socket: Socket }
 *     const Connection = defineHandle<Conn>({
 *       name: "ws.connection",
 *       needs: [],
 *       methods: {
 *         send: method<Conn>()({ doc: "…", params: [p.string("data")], run: (self, ctx, data) => … }),
 *       },
 *       fields: { peer: { doc: "…", type: "string", get: (self) => self.socket.remoteAddress } },
 *       tostring: (self) => `ws.connection (${self.state})`,
 *       close: (self) => self.socket.end(),       // `local c <close> = ws.connect(…)`
 *     });
 *     // in an implementation:
 *     return ctx.handle(Connection, { socket });
 *     // as a parameter:
 *     params: [p.handle(Connection, "conn")]
 *
 * A method may wait, like any function. One declared with `dotted: true` may be called with a dot
 * as well as with a colon: `h.await()` and `h:await()`.
 */
import type { LuaValue, Userdata } from "../runtime/value";
import type { Context } from "./context";
import type { FunctionDefinition, HostReturn } from "./define";
import type { Need } from "./needs";
import type { ArgumentsOf, Param } from "./params";

export interface MethodDefinition<T> extends Omit<FunctionDefinition, "run" | "raw"> {
  readonly run: (self: T, ctx: Context, ...args: never[]) => HostReturn;
  /** Works with a dot, too. */
  readonly dotted: boolean;
  /**
   * Never gives way to other tasks with a result in its hands: it takes no time, and a task that is
   * cancelled then would take what it has got along.
   */
  readonly instant?: boolean;
}

/** Declares a method of a handle over `T`; curried, so that the parameters are inferred. */
export function method<T>() {
  return <const P extends readonly Param<unknown>[]>(definition: {
    doc: string;
    params: P;
    returns?: string;
    mutates?: boolean;
    instant?: boolean;
    needs?: readonly Need[];
    dotted?: boolean;
    run: (self: T, ctx: Context, ...args: ArgumentsOf<P>) => HostReturn;
  }): MethodDefinition<T> =>
    ({
      returns: "",
      mutates: false,
      dotted: false,
      ...definition,
    }) as unknown as MethodDefinition<T>;
}

export interface FieldGetter<T> {
  readonly doc: string;
  readonly type: string;
  readonly get: (self: T, ctx: Context) => LuaValue;
}

export interface HandleDefinition<T> {
  /** The type's name in messages (`ws.connection expected, got nil`). */
  readonly name: string;
  readonly doc?: string;
  /** What its methods need of the world outside, where they don't say it themselves; see needs.ts. */
  readonly needs: readonly Need[];
  readonly methods?: Readonly<Record<string, MethodDefinition<T>>>;
  readonly fields?: Readonly<Record<string, FieldGetter<T>>>;
  /** What `tostring` shows (a byte string); `name: 0x…` when left out. */
  readonly tostring?: (self: T) => string;
  /** `<close>` variables; may wait. */
  readonly close?: (self: T, ctx: Context) => HostReturn;
  /** The script lost the last reference. Must not touch Lua. */
  readonly gc?: (self: T) => void;
  /** Makes `for x in handle do` work. */
  readonly call?: MethodDefinition<T>;
}

/** The inside of a handle's userdata. */
export class HandleValue<T> {
  /** Bound forms of the dotted methods, made when first asked for. */
  bound: Map<string, LuaValue> | undefined;
  constructor(
    readonly cls: HandleClass<T>,
    readonly inner: T,
  ) {}
}

/** Every class that was declared, for the documentation. */
export const handleClasses: HandleClass<never>[] = [];

/** A kind of handle; `defineHandle` makes one. */
export class HandleClass<T> {
  readonly name: string;
  constructor(readonly definition: HandleDefinition<T>) {
    this.name = definition.name;
  }

  /** The host value inside, when the userdata is a handle of this class. */
  unwrap(u: Userdata): T | undefined {
    const v = u.value;
    return v instanceof HandleValue && v.cls === (this as unknown) ? (v.inner as T) : undefined;
  }
}

/** Declares a class of handles. */
export function defineHandle<T extends object>(definition: HandleDefinition<T>): HandleClass<T> {
  const cls = new HandleClass(definition);
  handleClasses.push(cls as unknown as HandleClass<never>);
  return cls;
}

/** The names of a handle's methods and, unless `methodsOnly`, its fields. */
export function handleMembers({ value }: Userdata, methodsOnly: boolean): string[] {
  if (!(value instanceof HandleValue)) return [];
  const { methods = {}, fields = {} } = value.cls.definition;
  return [...Object.keys(methods), ...(methodsOnly ? [] : Object.keys(fields))];
}
