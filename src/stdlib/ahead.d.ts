/** Made by scripts/ahead.ts when the program is built: the modules inside of it, by name. */
declare module "assay:ahead" {
  export interface AheadEntry {
    readonly id: number;
    readonly count: number;
    readonly units: Readonly<Record<number, import("../compiler/ahead").Unit>>;
    /** The file with `AheadChunk.functions`. */
    readonly functions: string;
    /** The file with the Lua text. */
    readonly text: string;
  }
  export const modules: Readonly<Record<string, AheadEntry>>;
}
