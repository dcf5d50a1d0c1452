// tus-js-client under Node. What to do comes as JSON, what became of it goes out as JSON.
import { createReadStream } from "node:fs";
import { PassThrough } from "node:stream";
import * as tus from "tus-js-client";

const { endpoint, token, file, storage, pauseAt, dieAt, ...options } = JSON.parse(process.argv[2]);
const sent = []; // the methods of all requests
let stopped = false;

// A length that is told later is for what has none; of a file the client knows it anyway.
const source = createReadStream(file);
const content = options.uploadLengthDeferred ? source.pipe(new PassThrough()) : source;

const upload = new tus.Upload(content, {
  endpoint,
  retryDelays: null,
  headers: { authorization: `Bearer ${token}` },
  metadata: { filename: "Öl & Wasser.png", filetype: "image/png", album: "Öl" },
  ...(storage && { urlStorage: new tus.FileUrlStorage(storage) }),
  ...options,
  onBeforeRequest(request) {
    sent.push(request.getHeader("X-HTTP-Method-Override") ?? request.getMethod());
  },
  onChunkComplete(_size, accepted) {
    if (dieAt && accepted >= dieAt) process.exit(9); // as if the computer was switched off
    if (pauseAt && accepted >= pauseAt && !stopped) {
      stopped = true;
      upload.abort().then(() => upload.start());
    }
  },
  onError(error) {
    console.error(String(error));
    process.exit(1);
  },
  onSuccess({ lastResponse }) {
    const result = lastResponse.getHeader("Content-Location");
    console.log(JSON.stringify({ url: upload.url, result, sent }));
  },
});
const found = storage ? await upload.findPreviousUploads() : [];
if (found.length) upload.resumeFromPreviousUpload(found[0]);
upload.start();
