/** `resource` of k8s checks, as kubectl writes it: `deployment/web`, or a kind alone. */

export interface Resource {
  /** `deployment`, `certificates.cert-manager.io` or `cert-manager.io/v1/Certificate`. */
  readonly kind: string;
  readonly name: string | undefined;
}

/** Splits a resource; the kind itself has slashes when it is written with group and version. */
export function parseResource(text: string): Resource {
  const parts = text.split("/");
  const isVersion = (t: string | undefined) => /^v\d+((alpha|beta)\d+)?$/.test(t ?? "");
  // group/version/Kind or version/Kind
  const size = isVersion(parts[1]) ? 3 : isVersion(parts[0]) ? 2 : 1;
  const kind = parts.slice(0, size).join("/");
  const name = parts.slice(size).join("/");
  return { kind, name: name === "" ? undefined : name };
}

/** What is wrong with a resource's text, or undefined. */
export function resourceProblem(text: string): string | undefined {
  const { kind, name } = parseResource(text);
  if (kind === "" || /\s/.test(text) || text.endsWith("/") || name?.includes("/"))
    return `not a resource such as deployment/web: ${JSON.stringify(text)}`;
  return undefined;
}

/** For messages. */
export function describeResource(resource: string, selector: string | undefined): string {
  return selector === undefined ? resource : `${resource} with ${selector}`;
}
