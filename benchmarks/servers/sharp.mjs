// sharp behind Node's own HTTP server, as a peer of benchmarks/serving.py.
//
//     node sharp.mjs PORT FOLDER [--cache]    answers /WIDTH/NAME, always from the file, in its format
//
// Without --cache the operation cache is off: as it ships it is on.
import { createServer } from "node:http";
import { join } from "node:path";
import sharp from "sharp";

const [port, folder, cache] = process.argv.slice(2);
const types = { jpeg: "image/jpeg", png: "image/png", webp: "image/webp" };
if (!cache) sharp.cache(false);

createServer(async (request, response) => {
  const [, width, name] = request.url.split("/");
  const side = Number(width);
  try {
    const { data, info } = await sharp(join(folder, name))
      .rotate()
      .resize(side, side, { fit: "inside", withoutEnlargement: true })
      .jpeg({ quality: 82, optimiseCoding: true, force: false })
      .toBuffer({ resolveWithObject: true });
    response.writeHead(200, { "content-type": types[info.format], "content-length": data.length });
    response.end(data);
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
}).listen(Number(port), "127.0.0.1");
