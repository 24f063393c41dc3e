/** The types of PostgreSQL that need more than their text: OIDs as in `pg_type.dat`. */

export const BOOL = 16;
export const BYTEA = 17;
export const INT8 = 20;
export const INT4 = 23;
export const FLOAT8 = 701;
const VOID = 2278;

/** How a type's text becomes a Lua value; types that are not listed stay text. */
export type Kind = "bool" | "bytes" | "integer" | "float" | "json" | "timestamp" | "void" | "text";

const KINDS: Readonly<Record<number, Kind>> = {
  [BOOL]: "bool",
  [BYTEA]: "bytes",
  [INT8]: "integer",
  21: "integer", // int2
  [INT4]: "integer",
  26: "integer", // oid
  28: "integer", // xid
  29: "integer", // cid
  5069: "integer", // xid8
  700: "float", // float4
  [FLOAT8]: "float",
  114: "json",
  3802: "json", // jsonb
  1114: "timestamp",
  1184: "timestamp", // with time zone
  [VOID]: "void",
};

/** What a value of the type becomes in Lua. */
export function kindOf(oid: number): Kind {
  return KINDS[oid] ?? "text";
}

/** `array type:element type` of the built-in types. */
const ARRAY_PAIRS = `
  143:142 199:114 271:5069 629:628 651:650 719:718 775:774 791:790 1000:16 1001:17 1002:18
  1003:19 1005:21 1006:22 1007:23 1008:24 1009:25 1010:27 1011:28 1012:29 1013:30 1014:1042
  1015:1043 1016:20 1017:600 1018:601 1019:602 1020:603 1021:700 1022:701 1027:604 1028:26
  1040:829 1041:869 1115:1114 1182:1082 1183:1083 1185:1184 1187:1186 1231:1700 1270:1266
  1561:1560 1563:1562 2201:1790 2207:2202 2208:2203 2209:2204 2210:2205 2211:2206 2949:2970
  2951:2950 3221:3220 3643:3614 3645:3615 3735:3734 3770:3769 3807:3802 3905:3904 3907:3906
  3909:3908 3911:3910 3913:3912 3927:3926 4073:4072 4090:4089 4097:4096
`;

const ARRAYS: ReadonlyMap<number, number> = new Map(
  ARRAY_PAIRS.trim()
    .split(/\s+/)
    .map((pair) => pair.split(":").map(Number) as [number, number]),
);

/** The only type whose arrays are not separated by commas. */
const BOX = 603;
/** OIDs from here on are types that were made in this database. */
const FIRST_OWN_OID = 16_384;

/** The array types of one database: the built-in ones, and those that it told about. */
export class ArrayTypes {
  private readonly own = new Map<number, number>();

  /** The elements' type when `oid` is an array type. */
  elementOf(oid: number): number | undefined {
    const element = ARRAYS.get(oid) ?? this.own.get(oid);
    return element === 0 ? undefined : element;
  }

  /** It has to be looked up in the catalogue. */
  isUnknown(oid: number): boolean {
    return oid >= FIRST_OWN_OID && !this.own.has(oid);
  }

  /** 0: no array type. */
  learn(oid: number, element: number): void {
    this.own.set(oid, element);
  }
}

/** What stands between the elements of an array of this type. */
export function delimiterOf(element: number): string {
  return element === BOX ? ";" : ",";
}
