/** The registered claims of a token (RFC 7519 §4.1). */
import {
  bytesToUtf8,
  type Context,
  isNumber,
  items,
  LuaTable,
  type LuaValue,
  numberToDouble,
} from "../../host";

export interface ClaimOptions {
  readonly audience?: string | LuaTable | undefined;
  readonly issuer?: string | LuaTable | undefined;
  readonly subject?: string | undefined;
  /** Seconds by which clocks may differ. */
  readonly leeway: number;
  readonly validate_exp: boolean;
  readonly validate_nbf: boolean;
  /** Seconds since `iat` after which a token is too old. */
  readonly max_age?: number | undefined;
  readonly required_claims?: readonly string[] | undefined;
}

/** Fails with the first claim that does not hold. */
export function checkClaims(ctx: Context, claims: LuaTable, options: ClaimOptions): void {
  for (const name of options.required_claims ?? [])
    if (claims.µgetStr(name) === undefined) ctx.fail(`missing claim: ${bytesToUtf8(name)}`);
  checkTimes(ctx, claims, options);
  const { audience, issuer, subject } = options;
  if (audience !== undefined && !overlap(claims.µgetStr("aud"), audience))
    ctx.fail("audience mismatch");
  // an issuer is one string: a list of them in the token is no issuer
  const iss = claims.µgetStr("iss");
  if (issuer !== undefined && !(typeof iss === "string" && overlap(iss, issuer)))
    ctx.fail("issuer mismatch");
  if (subject !== undefined && claims.µgetStr("sub") !== subject) ctx.fail("subject mismatch");
}

function checkTimes(ctx: Context, claims: LuaTable, options: ClaimOptions): void {
  const now = Date.now() / 1000;
  const { leeway } = options;
  const exp = timeOf(ctx, claims, "exp");
  const nbf = timeOf(ctx, claims, "nbf");
  if (options.validate_exp && exp !== undefined && exp + leeway <= now) ctx.fail("token expired");
  if (options.validate_nbf && nbf !== undefined && nbf - leeway > now)
    ctx.fail("token not yet valid");
  if (options.max_age === undefined) return;
  const iat = timeOf(ctx, claims, "iat");
  if (iat === undefined) {
    ctx.fail("missing claim: iat");
    return;
  }
  if (iat - leeway > now) ctx.fail("token issued in the future");
  if (iat + options.max_age + leeway < now) ctx.fail("token too old");
}

function timeOf(ctx: Context, claims: LuaTable, name: string): number | undefined {
  const v = claims.µgetStr(name);
  if (v === undefined) return undefined;
  const n = isNumber(v) ? numberToDouble(v) : Number.NaN;
  return Number.isFinite(n) ? n : ctx.fail(`claim ${name} is not a number`);
}

/** Both sides may be one string or a list of them. */
function overlap(present: LuaValue, wanted: string | LuaTable): boolean {
  const all = stringsOf(wanted);
  return stringsOf(present).some((s) => all.includes(s));
}

function stringsOf(v: LuaValue): LuaValue[] {
  if (v instanceof LuaTable) return [...items(v)].filter((s) => typeof s === "string");
  return typeof v === "string" ? [v] : [];
}
