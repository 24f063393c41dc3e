/**
 * The code of a chunk whose functions are interpreted at first. What compiles is loaded when there is something to
 * compile, or somebody asks what only lowering knows: most short scripts come to their end without.
 */
import type { FunctionBody } from "../parser/ast";
import { Proto } from "../runtime/proto";
import type { ChunkFacts } from "./interpretable";
import type { ChunkModule } from "./module";

export class ChunkCode implements ChunkFacts {
  readonly interprets = true;
  // sources that ask for cells are not interpreted (`isLookedInto`)
  readonly allCells = false;
  /** By the numbers of functions. */
  readonly protos: Proto[] = [];
  private loaded: ChunkModule | undefined;
  /** Functions whose declarations the compiler is to know when it is loaded. */
  private readonly noted: FunctionBody[] = [];

  constructor(
    private readonly source: string,
    private readonly load: (code: ChunkCode) => ChunkModule,
  ) {}

  get module(): ChunkModule {
    if (this.loaded === undefined) {
      this.loaded = this.load(this);
      for (const fn of this.noted) this.loaded.note(fn);
    }
    return this.loaded;
  }

  /** An interpreted function is about to make others, which refer to its variables. */
  note(fn: FunctionBody): void {
    if (this.loaded === undefined) this.noted.push(fn);
    else this.loaded.note(fn);
  }

  proto(fn: FunctionBody): Proto {
    let proto = this.protos[fn.id];
    if (proto === undefined) {
      const made: Proto = new Proto(
        () => this.module.facts(fn),
        () => this.module.debug(fn),
        () => this.module.resumable(fn),
        () => this.module.hooked(fn, made),
      );
      made.origin = { source: this.source, body: fn };
      this.protos[fn.id] = made;
      proto = made;
    }
    return proto;
  }
}
