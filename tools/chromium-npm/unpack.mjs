// Unpack the parts of the npm package into the folder this runs in: Python's own library knows no brotli.
import { createReadStream, createWriteStream, readdirSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

const parts = "node_modules/@sparticuz/chromium/bin";
for (const name of readdirSync(parts)) {
  const target = createWriteStream(name.replace(/\.br$/, ".part"));
  await pipeline(createReadStream(`${parts}/${name}`), createBrotliDecompress(), target);
}
