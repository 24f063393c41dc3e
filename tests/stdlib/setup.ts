/** Before all tests: the embedded modules are those of `stdlib/` as it is now. */
import { generateStdlib } from "../../scripts/generate-stdlib";

export default function setup(): void {
  generateStdlib();
}
