/** Made by scripts/ahead.ts when the program is built: the paths of compiled modules by name. */
declare module "assay:ahead" {
  export const files: Readonly<Record<string, string>>;
}
