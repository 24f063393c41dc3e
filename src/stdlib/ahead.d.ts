/** Made by scripts/ahead.ts when the program is built: where modules are inside of it, by name. */
declare module "assay:ahead" {
  export interface AheadFiles {
    /** The Lua text. */
    readonly text: string;
    /** What was compiled from it, as JSON. */
    readonly code: string;
  }
  export const files: Readonly<Record<string, AheadFiles>>;
}
