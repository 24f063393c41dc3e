/**
 * What arrays do by themselves (`map`, `filter`, `some`, `every`), for the compiler, which every start comes by:
 * the engine compiles its own from text when they are first called, 0.02 to 0.1 ms each.
 */

export function mapped<T, U>(list: readonly T[], f: (item: T, index: number) => U): U[] {
  const results: U[] = [];
  for (let i = 0; i < list.length; i++) results.push(f(list[i] as T, i));
  return results;
}

/** Those that pass the test. */
export function kept<T, U extends T>(
  list: readonly T[],
  test: (item: T, index: number) => item is U,
): U[];
export function kept<T>(list: readonly T[], test: (item: T, index: number) => boolean): T[];
export function kept<T>(list: readonly T[], test: (item: T, index: number) => boolean): T[] {
  const results: T[] = [];
  for (let i = 0; i < list.length; i++) if (test(list[i] as T, i)) results.push(list[i] as T);
  return results;
}

/** Does one of them pass the test? */
export function any<T>(list: readonly T[], test: (item: T, index: number) => boolean): boolean {
  for (let i = 0; i < list.length; i++) if (test(list[i] as T, i)) return true;
  return false;
}

/** Do all of them pass the test? */
export function all<T>(list: readonly T[], test: (item: T, index: number) => boolean): boolean {
  for (let i = 0; i < list.length; i++) if (!test(list[i] as T, i)) return false;
  return true;
}

export function each<T>(list: readonly T[], f: (item: T, index: number) => void): void {
  for (let i = 0; i < list.length; i++) f(list[i] as T, i);
}
