/** Large results are worked on in slices, so that other tasks run and timeouts hold in between. */

/** How long rows are worked on before others get a turn. */
const SLICE_MS = 10;
/** Looking at the clock for each row would take longer than the row. */
const ROWS = 64;

/** Tells a loop over rows when it is time to give way: asked once for each row. */
export class RowSlice {
  private rows = 0;
  private end = performance.now() + SLICE_MS;

  get isOver(): boolean {
    return (++this.rows & (ROWS - 1)) === 0 && performance.now() > this.end;
  }

  /** The others have had their turn. */
  renew(): void {
    this.end = performance.now() + SLICE_MS;
  }
}
