/** How the `postgres` package is set up for one session: formats, parameters of ours. */
import type { Sql } from "postgres";
import { timerMs } from "../../host";
import type { Parameter } from "./params";
import type { PostgresTls } from "./pg-socket";
import type { ArrayTypes } from "./pg-types";
import { writeValue } from "./pg-values";
import type { ServerAddress } from "./url";

export interface PostgresSettings {
  readonly address: ServerAddress;
  /** undefined: no TLS. */
  readonly tls: PostgresTls | undefined;
  readonly connectTimeout: number;
  /** Prepared statements are kept on the server; poolers in between may not like that. */
  readonly prepare: boolean;
  readonly readonly: boolean;
  /** What the session is told at its start: `application_name`, `options`. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The first statement of each session: the formats that values are read in. */
export function sessionSetup({ readonly, parameters }: PostgresSettings): string {
  const wanted: [string, string][] = [
    ["DateStyle", "ISO, MDY"],
    ["IntervalStyle", "postgres"],
    ["bytea_output", "hex"],
    ["extra_float_digits", "2"],
  ];
  if (!/timezone/i.test(parameters.options ?? "")) wanted.push(["TimeZone", "UTC"]);
  if (readonly) wanted.push(["default_transaction_read_only", "on"]);
  return `SELECT ${wanted.map(([k, v]) => `set_config('${k}', '${v}', false)`).join(", ")}`;
}

/** Gives every parameter to `writeValue` together with the type that the server wants. */
export function adoptSerializers(sql: Sql, arrays: ArrayTypes): void {
  const write = (oid: number) => (v: unknown) =>
    v instanceof Outgoing ? writeValue(v.value, oid, arrays) : v;
  const options = sql.options as { serializers: Record<number, unknown> };
  options.serializers = new Proxy({} as Record<number, unknown>, {
    has: () => true,
    get: (_, oid) => write(Number(oid)),
  });
}

/** A parameter on its way through the `postgres` package, which knows nothing about it. */
export class Outgoing {
  constructor(readonly value: Exclude<Parameter, null>) {}
}

/** Waits for so long at most. */
export async function within<T>(ms: number, promise: PromiseLike<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(Object.assign(new Error("timeout"), { code: "CONNECT_TIMEOUT" })),
      timerMs(ms),
    );
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
