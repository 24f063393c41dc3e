/** `hex`: any bytes as hexadecimal digits and back. */
import { bytesToBuffer, defineBuiltin, fn, p } from "../host";

const NO_DIGIT = /[^0-9A-Fa-f]/g;

export default defineBuiltin({
  name: "hex",
  doc: "Bytes as hexadecimal digits and back",
  needs: [],
  functions: {
    encode: fn({
      doc: "Two digits for each byte, in lower case unless `opts.upper`.",
      params: [
        p.string("s", "any bytes"),
        p.options("opts", { upper: p.boolean("upper", "digits `A` to `F`").default(false) }),
      ],
      returns: "string",
      run(_ctx, s, { upper }) {
        const digits = bytesToBuffer(s).toString("hex");
        return upper ? digits.toUpperCase() : digits;
      },
    }),
    decode: fn({
      doc: "The bytes that the digits stand for; upper and lower case, nothing in between.",
      params: [p.string("s", "the digits")],
      returns: "string",
      run(ctx, s) {
        NO_DIGIT.lastIndex = 0;
        const wrong = NO_DIGIT.exec(s);
        if (wrong !== null) ctx.fail(`invalid symbol at ${wrong.index}`);
        if (s.length % 2 !== 0) ctx.fail(`invalid length at ${s.length - 1}`);
        return Buffer.from(s, "hex").toString("latin1");
      },
    }),
  },
});
