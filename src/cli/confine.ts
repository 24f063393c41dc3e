/** The policy of a script that is confined, or that runs read-only. */
import { bytesToUtf8 } from "../host/bytes";
import { Environment } from "../host/environment";
import { Policy } from "../host/policy";
import type { Guard } from "../lualib/guard";
import { isConfined, isReadonly, type SandboxOptions } from "./sandbox-options";

export interface Confinement {
  readonly policy: Policy;
  readonly environment: Environment;
  readonly readonly: boolean;
  readonly guard: Guard | undefined;
}

/** What the options (byte strings) ask for. */
export function confine(options: SandboxOptions): Confinement {
  const readonly = isReadonly(options);
  const policy = isConfined(options) ? Policy.sandbox(allowed(options)) : new Policy();
  const environment = policy.isSandbox
    ? // what scripts set is their own affair
      new Environment({ allow: (name) => policy.allowEnv(name) })
    : new Environment({ shared: true });
  return { policy, environment, readonly, guard: policy.guard(readonly) };
}

function allowed({ allowRead, allowWrite, allowNet, allowEnv }: SandboxOptions) {
  const texts = (list: string[] | undefined) => (list ?? []).map(bytesToUtf8);
  return {
    read: texts(allowRead),
    write: texts(allowWrite),
    net: texts(allowNet),
    env: texts(allowEnv),
  };
}
