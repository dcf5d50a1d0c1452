// sharp as a peer of benchmarks/thumbnails.py: reads `path width` by line, answers milliseconds.
// The file is in memory before the clock starts, one thread, no cache: as ours.
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import sharp from "sharp";

sharp.cache(false);
sharp.concurrency(1);
const files = new Map();

for await (const line of createInterface({ input: process.stdin })) {
  const [path, width, result] = line.split("\t");
  if (!files.has(path)) files.set(path, readFileSync(path));
  const start = performance.now();
  const made = await sharp(files.get(path))
    .resize(Number(width), Number(width), { fit: "inside" })
    .jpeg({ quality: 82, mozjpeg: false })
    .toBuffer();
  const taken = performance.now() - start;
  if (result) writeFileSync(result, made);
  console.log(taken.toFixed(3));
}
