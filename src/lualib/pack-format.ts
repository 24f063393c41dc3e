/** Format strings of `string.pack` and its relatives (§6.4.2). */
import { argumentError, type LuaError, runtimeError } from "../runtime/error";

export type OptionKind =
  | "int"
  | "uint"
  | "float"
  | "double"
  | "chars"
  | "string"
  | "zero"
  | "padding"
  | "align"
  | "fault";

/** One option, with the settings in force where it stands. */
export interface PackOption {
  readonly kind: OptionKind;
  /** Bytes; of a "string" those of its length. Beyond 2^53 rounded. */
  readonly size: number;
  /** The exact size. */
  readonly exactSize: bigint;
  /** A power of 2; 1 when nothing has to be aligned. */
  readonly align: number;
  readonly little: boolean;
  /** What a "fault" raises once it is reached. */
  readonly error: (() => LuaError) | null;
}

const MAX_INTEGER_SIZE = 16;
/** Alignment of C's most demanding type. */
const NATIVE_ALIGN = 8;
/** Numerals stop growing here: another digit could exceed the largest size. */
const NUMERAL_LIMIT = 922337203685477579n;

/** Sizes of the options that have a fixed one, as on 64-bit machines. */
const FIXED: Record<string, [OptionKind, number]> = {
  b: ["int", 1],
  B: ["uint", 1],
  h: ["int", 2],
  H: ["uint", 2],
  l: ["int", 8],
  L: ["uint", 8],
  j: ["int", 8],
  J: ["uint", 8],
  T: ["uint", 8],
  f: ["float", 4],
  n: ["double", 8],
  d: ["double", 8],
  z: ["zero", 0],
  x: ["padding", 1],
};

/** Raised while reading the format; becomes a "fault", so that options before it still count. */
class Fault {
  constructor(readonly error: () => LuaError) {}
}

const CACHE_SIZE = 1000;
/** Longer formats are made of data, and would fill the memory. */
const CACHED_LENGTH = 1000;
const cache = new Map<string, PackOption[]>();

/** The options of a format. */
export function packOptions(fmt: string): PackOption[] {
  let options = cache.get(fmt);
  if (options === undefined) {
    if (cache.size >= CACHE_SIZE) cache.clear();
    options = new Reader(fmt).readAll();
    if (fmt.length <= CACHED_LENGTH) cache.set(fmt, options);
  }
  return options;
}

/** Bytes that have to come before the option when it would begin at `offset`. */
export function paddingOf(option: PackOption, offset: number): number {
  const rest = offset & (option.align - 1);
  return rest === 0 ? 0 : option.align - rest;
}

class Reader {
  private at = 0;
  private little = true;
  private maxAlign = 1;
  /** Size of the latest option. */
  private exactSize = 0n;
  private readonly fmt: string;

  constructor(fmt: string) {
    const zero = fmt.indexOf("\0");
    this.fmt = zero < 0 ? fmt : fmt.slice(0, zero);
  }

  readAll(): PackOption[] {
    const options: PackOption[] = [];
    try {
      while (this.at < this.fmt.length) {
        const option = this.readAligned();
        if (option !== null) options.push(option);
      }
    } catch (e) {
      if (!(e instanceof Fault)) throw e;
      options.push(this.option("fault", 1, e.error));
    }
    return options;
  }

  private option(kind: OptionKind, align: number, error: PackOption["error"] = null): PackOption {
    const { exactSize, little } = this;
    return { kind, size: Number(exactSize), exactSize, align, little, error };
  }

  /** The next option with its alignment; null when it only changed a setting. */
  private readAligned(): PackOption | null {
    const kind = this.readOption();
    if (kind === null) return null;
    let align = Number(this.exactSize);
    if (kind === "align") {
      // the alignment is that of the option that follows, which is not used otherwise
      const next = this.at < this.fmt.length ? this.readOption() : null;
      align = Number(this.exactSize);
      if (next === null || next === "chars" || align === 0)
        throw new Fault(() => argumentError(1, "invalid next option for option 'X'"));
      this.exactSize = 0n;
    }
    if (align <= 1 || kind === "chars") return this.option(kind, 1);
    align = Math.min(align, this.maxAlign);
    if ((align & (align - 1)) !== 0)
      throw new Fault(() => argumentError(1, "format asks for alignment not power of 2"));
    return this.option(kind, align);
  }

  private readOption(): OptionKind | null {
    const c = this.fmt[this.at++] as string;
    this.exactSize = 0n;
    const fixed = FIXED[c];
    if (fixed !== undefined) {
      this.exactSize = BigInt(fixed[1]);
      return fixed[0];
    }
    switch (c) {
      case "i":
      case "I":
        this.exactSize = this.readLimited(4n);
        return c === "i" ? "int" : "uint";
      case "s":
        this.exactSize = this.readLimited(8n);
        return "string";
      case "c": {
        const size = this.readNumeral();
        if (size === null)
          throw new Fault(() => runtimeError("missing size for format option 'c'"));
        this.exactSize = size;
        return "chars";
      }
      case "X":
        return "align";
      case "!":
        this.maxAlign = Number(this.readLimited(BigInt(NATIVE_ALIGN)));
        return null;
      case "<":
      case "=":
        this.little = true;
        return null;
      case ">":
        this.little = false;
        return null;
      case " ":
        return null;
      default:
        throw new Fault(() => runtimeError(`invalid format option '${c}'`));
    }
  }

  private readLimited(fallback: bigint): bigint {
    const size = this.readNumeral() ?? fallback;
    if (size < 1n || size > MAX_INTEGER_SIZE)
      throw new Fault(() =>
        runtimeError(`integral size (${size}) out of limits [1,${MAX_INTEGER_SIZE}]`),
      );
    return size;
  }

  private readNumeral(): bigint | null {
    const { fmt } = this;
    let n: bigint | null = null;
    for (; this.at < fmt.length; this.at++) {
      const digit = fmt.charCodeAt(this.at) - 48;
      if (digit < 0 || digit > 9 || (n !== null && n > NUMERAL_LIMIT)) break;
      n = (n ?? 0n) * 10n + BigInt(digit);
    }
    return n;
  }
}
