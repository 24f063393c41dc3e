/** Channels and semaphores: how tasks hand values to each other and share what is scarce. */
import {
  type Context,
  defineHandle,
  type HostReturn,
  handover,
  type LuaValue,
  method,
  p,
  type Userdata,
  type Values,
  values,
  Waiters,
} from "../../host";

/** What a receiver gets: a value, or the news that there will be none. */
type Received = { value: LuaValue } | undefined;

class Channel {
  /** Values that were handed to a receiver which was cancelled before it ran on: the next ones. */
  private readonly returned: LuaValue[] = [];
  /** Beyond the capacity stand those of the tasks that wait, in the order of `senders`. */
  readonly buffer: { readonly value: LuaValue }[] = [];
  readonly receivers = new Waiters<Received>();
  readonly senders = new Waiters<boolean>();
  closed = false;

  constructor(readonly capacity: number) {}

  send(ctx: Context, value: LuaValue): HostReturn {
    if (value === undefined) return ctx.fail("nil cannot be sent");
    if (this.closed) return ctx.fail("channel is closed");
    if (this.receivers.wakeOne({ value })) return undefined;
    const item = { value };
    this.buffer.push(item);
    if (this.buffer.length <= this.capacity) return undefined;
    const withdraw = () => this.buffer.splice(this.buffer.indexOf(item), 1);
    return this.senders.wait(ctx.signal, withdraw).then((taken) => {
      if (!taken) ctx.fail("channel was closed");
    });
  }

  /** The next value without waiting. */
  take(): LuaValue {
    if (this.returned.length > 0) return this.returned.shift();
    const item = this.buffer.shift();
    // whoever put in too much may go on
    if (item !== undefined && this.buffer.length >= this.capacity) this.senders.wakeOne(true);
    return item?.value;
  }

  recv(ctx: Context): HostReturn {
    const v = this.take();
    if (v !== undefined || this.closed) return v;
    const received = this.receivers.wait(ctx.signal).then((r) => r?.value);
    return handover<LuaValue, Promise<LuaValue>>(received, (v) => this.takeBack(v));
  }

  private takeBack(value: LuaValue): void {
    if (value !== undefined && !this.receivers.wakeOne({ value })) this.returned.push(value);
  }

  /** Values that can be received without waiting for a sender. */
  get size(): number {
    return this.returned.length + Math.min(this.buffer.length, this.capacity);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.receivers.wakeAll(undefined);
    // values beyond the capacity were never accepted
    this.buffer.length = Math.min(this.buffer.length, this.capacity);
    this.senders.wakeAll(false);
  }
}

const ChannelClass = defineHandle<Channel>({
  name: "async.channel",
  needs: [],
  doc: "A queue between tasks",
  methods: {
    send: method<Channel>()({
      doc: "Puts a value in; waits while the channel is full.",
      params: [p.any("value")],
      run: (self, ctx, value) => self.send(ctx, value),
    }),
    recv: method<Channel>()({
      doc: "Takes the next value out; waits for one. nil once the channel is closed and empty.",
      params: [],
      returns: "any",
      instant: true,
      run: (self, ctx) => self.recv(ctx),
    }),
    try_recv: method<Channel>()({
      doc: "The next value, or nil when there is none right now.",
      params: [],
      returns: "any",
      instant: true,
      run: (self) => self.take(),
    }),
    close: method<Channel>()({
      doc: "No more values; those in the buffer can still be received.",
      params: [],
      run: (self) => self.close(),
    }),
  },
  fields: {
    closed: { doc: "true after close", type: "boolean", get: (self) => self.closed },
    size: {
      doc: "values in the buffer",
      type: "integer",
      get: (self) => self.size,
    },
  },
  call: method<Channel>()({
    doc: "`for value in channel do … end` receives until the channel is closed.",
    params: [],
    returns: "any",
    instant: true,
    run: (self, ctx) => self.recv(ctx),
  }),
  close: (self) => self.close(),
});

export function makeChannel(ctx: Context, capacity: number): Userdata {
  return ctx.handle(ChannelClass, new Channel(capacity));
}

class Semaphore {
  readonly waiters = new Waiters<void>();
  constructor(public free: number) {}

  acquire(signal: AbortSignal): Promise<void> | undefined {
    if (this.free > 0) {
      this.free--;
      return undefined;
    }
    return this.waiters.wait(signal);
  }

  release(): void {
    if (!this.waiters.wakeOne()) this.free++;
  }
}

class Permit {
  private held = true;
  constructor(private readonly semaphore: Semaphore) {}

  release(): void {
    if (this.held) this.semaphore.release();
    this.held = false;
  }
}

const PermitClass = defineHandle<Permit>({
  name: "async.permit",
  needs: [],
  doc: "A permit of a semaphore",
  methods: {
    release: method<Permit>()({
      doc: "Gives the permit back; the second time has no effect.",
      params: [],
      run: (self) => self.release(),
    }),
  },
  close: (self) => self.release(),
  gc: (self) => self.release(),
});

const SemaphoreClass = defineHandle<Semaphore>({
  name: "async.semaphore",
  needs: [],
  doc: "Lets so many tasks in at a time",
  methods: {
    acquire: method<Semaphore>()({
      doc: "Waits for a permit: `local permit <close> = sem:acquire()`.",
      params: [],
      returns: "async.permit",
      instant: true,
      run(self, ctx) {
        const wait = self.acquire(ctx.signal);
        const permit = () => ctx.handle(PermitClass, new Permit(self));
        if (wait === undefined) return permit();
        return handover(wait.then(permit), () => self.release());
      },
    }),
    with: method<Semaphore>()({
      doc: "Calls `f(…)` while holding a permit; gives its results.",
      params: [p.function("f"), p.rest(p.any("args"))],
      returns: "any",
      async run(self, ctx, f, ...args): Promise<Values> {
        await self.acquire(ctx.signal);
        try {
          return values(...(await ctx.call(f, ...args)));
        } finally {
          self.release();
        }
      },
    }),
  },
  fields: {
    free: { doc: "permits left", type: "integer", get: (self) => self.free },
  },
});

export function makeSemaphore(ctx: Context, permits: number): Userdata {
  return ctx.handle(SemaphoreClass, new Semaphore(permits));
}
