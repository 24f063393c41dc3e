/** `${NAME}`, `${NAME:-default}` in the texts of a check file; `$${` stands for `${` itself. */

export interface Scope {
  readonly vars: ReadonlyMap<string, string>;
  readonly env: (name: string) => string | undefined;
  /** Told about values that must not be shown. */
  readonly secret: (value: string) => void;
}

const REFERENCE = /\$\$\{|\$\{([^{}]*)\}/g;
const SECRET_NAME = /TOKEN|PASSW|SECRET|CREDENTIAL|API_?KEY|PRIVATE/i;

/** The text with its references replaced, or what is wrong with it. */
export function interpolate(text: string, scope: Scope): string | { problem: string } {
  if (!text.includes("${")) return text;
  let problem: string | undefined;
  const out = text.replace(REFERENCE, (whole, inner: string | undefined) => {
    if (inner === undefined) return "${";
    const m = /^([A-Za-z_][\w.-]*?)(?::-([\s\S]*))?$/.exec(inner);
    if (m === null) {
      problem ??= `invalid reference ${whole} (write $${whole} for the text itself)`;
      return whole;
    }
    const name = m[1] as string;
    const fromVars = scope.vars.get(name);
    if (fromVars !== undefined) return fromVars;
    const value = scope.env(name);
    // as in a shell, the default also stands in for an empty value
    if (value === undefined || (value === "" && m[2] !== undefined)) {
      if (m[2] !== undefined) return m[2];
      problem ??= `variable ${name} is not set (write \${${name}:-default} to do without, $\${${name}} for the text itself)`;
      return whole;
    }
    if (SECRET_NAME.test(name)) scope.secret(value);
    return value;
  });
  return problem === undefined ? out : { problem };
}
