// Signs requests with npm's oauth-1.0a: JSON in, a list of Authorization headers out.
import crypto from "node:crypto";
import OAuth from "oauth-1.0a";

const { consumer, token, requests } = JSON.parse(process.argv[2]);
const oauth = new OAuth({
  consumer,
  signature_method: "HMAC-SHA1",
  hash_function: (text, key) => crypto.createHmac("sha1", key).update(text).digest("base64"),
});
const headers = requests.map((request) => oauth.toHeader(oauth.authorize(request, token)).Authorization);
console.log(JSON.stringify(headers));
