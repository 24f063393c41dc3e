import { Alias } from "../runtime/alias";
import { runtimeError } from "../runtime/error";
import { capturedValues, nativeName } from "../runtime/native";
import { probe, protoOf } from "../runtime/probe";
import type { Cell, Proto } from "../runtime/proto";
import { type LuaFunction, type LuaValue, type Results, Userdata } from "../runtime/value";
import { argumentError, checkAny, checkFunction, checkIndex } from "./args";

/** What upvalueid returns: the address of a variable, with nothing behind it. */
export class Address {}

interface Upvalue {
  name: string;
  /** The variable's cell, or undefined when the closure holds its value alone. */
  cell: Cell | undefined;
  value: LuaValue;
}

function findUpvalue(f: LuaFunction, n: number): Upvalue | undefined {
  const proto = protoOf(f);
  if (proto === undefined) {
    const captured = capturedValues(f);
    return n - 1 in captured ? { name: "", cell: undefined, value: captured[n - 1] } : undefined;
  }
  const name = proto.facts.upvalueNames[n - 1];
  if (name === undefined) return undefined;
  const { s } = probe(f);
  const cell = cellOf(proto, s, n - 1);
  const value = cell === undefined ? s[proto.facts.upvalueSlots[n - 1] as number] : cell.v;
  return { name, cell, value: value as LuaValue };
}

function cellOf(proto: Proto, s: unknown[], i: number): Cell | undefined {
  // a main function takes its environment from a cell each time it runs
  if (proto.isMain) return s[proto.facts.selfSlot + 1] as Cell;
  return proto.facts.upvalueIsCell[i]
    ? (s[proto.facts.upvalueSlots[i] as number] as Cell)
    : undefined;
}

/** `debug.getupvalue` */
export function getupvalue(f: LuaValue, index: LuaValue): Results {
  const n = checkIndex(index, 2);
  const u = findUpvalue(checkFunction(f, 1), n);
  return u === undefined ? [] : [u.name, u.value];
}

/** `debug.setupvalue` */
export function setupvalue(...args: LuaValue[]): Results {
  checkAny(args.length, 3);
  const n = checkIndex(args[1], 2);
  const u = findUpvalue(checkFunction(args[0], 1), n);
  if (u === undefined || u.name === "") return [];
  settable(u).v = args[2];
  return u.name;
}

function settable(u: Upvalue): Cell {
  if (u.cell === undefined)
    throw runtimeError(
      `upvalue '${u.name}' can't be changed: it is never assigned, and its chunk does not name 'setupvalue' or 'upvaluejoin'`,
    );
  return u.cell;
}

const addresses = new WeakMap<object, Userdata>();
const ownAddresses = new WeakMap<LuaFunction, Map<number, Userdata>>();
/** Cells that stand for another one since they were joined. */
const joined = new WeakMap<Cell, Cell>();

function target(cell: Cell): Cell {
  let c = cell instanceof Alias ? cell.cell : cell;
  for (let next = joined.get(c); next !== undefined; next = joined.get(c)) c = next;
  return c;
}

function addressOf(f: LuaFunction, n: number): Userdata | undefined {
  const u = findUpvalue(f, n);
  if (u === undefined) return undefined;
  if (u.cell !== undefined) return remember(addresses, target(u.cell));
  let own = ownAddresses.get(f);
  if (own === undefined) {
    own = new Map();
    ownAddresses.set(f, own);
  }
  let address = own.get(n);
  if (address === undefined) {
    address = new Userdata(new Address());
    own.set(n, address);
  }
  return address;
}

function remember(map: WeakMap<object, Userdata>, key: object): Userdata {
  let address = map.get(key);
  if (address === undefined) {
    address = new Userdata(new Address());
    map.set(key, address);
  }
  return address;
}

/** `debug.upvalueid` */
export function upvalueid(f: LuaValue, index: LuaValue): Results {
  const n = checkIndex(index, 2);
  return addressOf(checkFunction(f, 1), n);
}

/** `debug.upvaluejoin`: the first upvalue's variable becomes another name of the second's. */
export function upvaluejoin(f1: LuaValue, n1: LuaValue, f2: LuaValue, n2: LuaValue): Results {
  const a = joinArgument(f1, n1, 1);
  const b = joinArgument(f2, n2, 3);
  const from = settable(a);
  const to = target(settable(b));
  if (from instanceof Alias) {
    from.cell = to;
    return [];
  }
  if (target(from) === to) return [];
  joined.set(from, to);
  Object.defineProperty(from, "v", {
    configurable: true,
    get: () => to.v,
    set: (v: LuaValue) => {
      to.v = v;
    },
  });
  return [];
}

function joinArgument(f: LuaValue, index: LuaValue, argument: number): Upvalue {
  const n = checkIndex(index, argument + 1);
  const fn = checkFunction(f, argument);
  const u = findUpvalue(fn, n);
  if (u !== undefined && u.name !== "") return u;
  if (nativeName(fn) !== undefined) throw argumentError(argument, "Lua function expected");
  throw argumentError(argument + 1, "invalid upvalue index");
}
