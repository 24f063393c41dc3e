/** The parts of minijinja-js's bundler build that are used; it comes with types for its entry only. */
declare module "minijinja-js/dist/bundler/minijinja_js_bg.wasm" {
  const path: string;
  export default path;
}

declare module "minijinja-js/dist/bundler/minijinja_js_bg.js" {
  export class Environment {
    debug: boolean;
    fuel: number | undefined;
    /** Methods of Python: `text.upper()`, `map.items()`. */
    enablePyCompat(): void;
    addTemplate(name: string, source: string): void;
    renderTemplate(name: string, variables: unknown): string;
    free(): void;
    /** Forgets the pointer without using it. */
    __destroy_into_raw(): number;
  }
  export function __wbg_set_wasm(exports: WebAssembly.Exports): void;
}
