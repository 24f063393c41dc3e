/**
 * The functions of the engine itself share one hidden class as long as nobody has asked one of them for its
 * own properties; the first that is asked gets another. The JIT relies on the shared one, and throws away all
 * code that mentions such a function (`Math.floor`, in most of what is compiled here) when that happens.
 * Mostly it did at a script's first output, in the middle of it. So it happens at once.
 */
Object.getOwnPropertyNames(Math.hypot);
