/** A manifest can't be made. */
export class ManifestError extends Error {}
