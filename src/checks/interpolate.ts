/** `${NAME}`, `${NAME:-default}` in the texts of a check file; `$${` stands for `${` itself, `${1}` stays. */

export interface Scope {
  readonly vars: ReadonlyMap<string, string>;
  readonly env: (name: string) => string | undefined;
  /** Told about values that must not be shown. */
  readonly secret: (value: string) => void;
  /** Told about every variable of the environment that is referred to. */
  readonly reference?: ((name: string, optional: boolean) => void) | undefined;
  /** What is not set stays as it is written, instead of being a problem. */
  readonly lenient?: boolean | undefined;
}

const REFERENCE = /\$\$\{|\$\{([^{}]*)\}/g;
const SECRET_NAME =
  /TOKEN|PASSW|PASSPHRASE|(^|_)PASS(_|$)|_PWD(_|$)|SECRET|CREDENTIAL|(API|ACCESS)_?KEY|PRIVATE/i;

/** True for a text that has references left, in a lenient scope. */
export function isOpen(text: string, scope: Scope): boolean {
  return scope.lenient === true && /\$\{[A-Za-z_]/.test(text);
}

/** True for variables whose name says that the value must not be shown. */
export function isSecret(name: string, value: string): boolean {
  // where a secret lies is none, and whether there is one
  if (/_(FILE|PATH|DIR|NAME|ID|TTL)$/i.test(name)) return false;
  return SECRET_NAME.test(name) && !/^(true|false|yes|no|on|off|\d{1,5})$/i.test(value);
}

/** A text with its references replaced; `warning` is about what may have been meant as one. */
export interface Interpolated {
  readonly text: string;
  readonly warning?: string;
}

/** The text with its references replaced, or what is wrong with it. */
export function interpolate(text: string, scope: Scope): Interpolated | { problem: string } {
  if (!text.includes("${")) return { text };
  let problem: string | undefined;
  const out = text.replace(REFERENCE, (whole, inner: string | undefined) => {
    if (inner === undefined) return "${";
    // no variable has such a name, but a group of PromQL's label_replace
    if (/^\d+$/.test(inner)) return whole;
    const m = /^([A-Za-z_][\w.-]*?)(?::-([\s\S]*))?$/.exec(inner);
    if (m === null) {
      problem ??= `invalid reference ${whole} (write $${whole} for the text itself)`;
      return whole;
    }
    const name = m[1] as string;
    const fromVars = scope.vars.get(name);
    if (fromVars !== undefined) {
      if (isSecret(name, fromVars)) scope.secret(fromVars);
      return fromVars;
    }
    scope.reference?.(name, m[2] !== undefined);
    const value = scope.env(name);
    // as in a shell, the default also stands in for an empty value
    if (value === undefined || (value === "" && m[2] !== undefined)) {
      if (m[2] !== undefined) return m[2];
      if (scope.lenient === true) return whole;
      problem ??= `variable ${name} is not set (write \${${name}:-default} to do without, $\${${name}} for the text itself)`;
      return whole;
    }
    if (isSecret(name, value)) scope.secret(value);
    return value;
  });
  if (problem !== undefined) return { problem };
  const left = unfinished(text);
  if (left === undefined) return { text: out };
  const warning = `unfinished reference ${left} stays as text: its } is missing, or there is a reference in it (write $\${ for the text itself)`;
  return { text: out, warning };
}

/** The beginning of a reference that has no end. In the original it was text, and so it is here. */
function unfinished(text: string): string | undefined {
  return /\$\{[\w.-]*/.exec(text.replace(REFERENCE, ""))?.[0];
}
