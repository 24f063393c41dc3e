/**
 * Takes the texts of other languages out of a runtime: how they sort, write dates, numbers, units
 * and currencies, and break lines. Lua scripts have no way to ask for them, and compressed they
 * are a quarter of the runtime. English and what is of no language (normal forms of Unicode, time
 * zones) stays; for any other language ICU falls back to its root, as for one it never knew.
 *
 * The data is a table of contents, sorted by name, and the items in the same order (ICU's
 * `ucmndata.h`). What stays is moved together; the rest of the space becomes zeros, which weigh
 * nothing when compressed.
 */

/** The kind of the data, with the version of its form. */
const MAGIC = "CmnD\x01\x00\x00\x00";
/** How far in front of the kind the header begins, whose first word is its length. */
const BEFORE_MAGIC = 12;

const LANGUAGE = /\/(?!res_index\.)[a-z]{2,3}(_\w*)?\.res$/;
const ENGLISH = /\/en(_US)?\.res$/;
const DICTIONARY = /\.dict$/;

/** An item's place; all offsets count from the table. */
interface Item {
  readonly nameOffset: number;
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Changes the runtime in place. */
export function trimLocales(runtime: Buffer): void {
  const table = findTable(runtime);
  const items = readItems(runtime, table);
  const kept = items.filter(({ name }) => isKept(name));
  if (kept.length < 20 || kept.length > items.length / 2)
    throw new Error("the runtime's ICU data has other names than expected");
  const [first, last] = [items[0] as Item, items.at(-1) as Item];
  let entry = table + 4;
  let place = first.start;
  runtime.writeUInt32LE(kept.length, table);
  for (const { nameOffset, start, end } of kept) {
    runtime.writeUInt32LE(nameOffset, entry);
    runtime.writeUInt32LE(place, entry + 4);
    entry += 8;
    runtime.copy(runtime, table + place, table + start, table + end);
    place += end - start;
  }
  runtime.fill(0, entry, table + first.nameOffset);
  runtime.fill(0, table + place, table + last.start);
}

function isKept(name: string): boolean {
  return !DICTIONARY.test(name) && (ENGLISH.test(name) || !LANGUAGE.test(name));
}

/** The table's place: behind the header. */
function findTable(runtime: Buffer): number {
  const header = runtime.indexOf(MAGIC, 0, "latin1") - BEFORE_MAGIC;
  if (header < 0) throw new Error("the runtime has no ICU data");
  return header + runtime.readUInt16LE(header);
}

/** The items but the last one, whose end nothing tells and which is one of those that go. */
function readItems(runtime: Buffer, table: number): Item[] {
  const entry = (i: number) => table + 4 + 8 * i;
  const start = (i: number) => runtime.readUInt32LE(entry(i) + 4);
  return Array.from({ length: runtime.readUInt32LE(table) - 1 }, (_, i) => {
    const nameOffset = runtime.readUInt32LE(entry(i));
    const from = table + nameOffset;
    const name = runtime.toString("latin1", from, runtime.indexOf(0, from));
    return { nameOffset, name, start: start(i), end: start(i + 1) };
  });
}
