// Verifies requests with npm's passport-http-oauth: JSON in, a list of "ok" or of what is wrong out.
import querystring from "node:querystring";
import passport from "passport-http-oauth";

const { consumer, token, requests } = JSON.parse(process.argv[2]);

function verified({ method, path, headers, body }) {
  const strategy = new passport.TokenStrategy(
    (key, done) => done(null, key === consumer.key && consumer, consumer.secret),
    (key, done) => done(null, key === token.key && token, token.secret),
    (timestamp, nonce, done) => done(null, Math.abs(Date.now() / 1000 - timestamp) < 600 && nonce),
  );
  let said = "nothing";
  strategy.success = () => (said = "ok");
  strategy.fail = (challenge) => (said = String(challenge));
  strategy.error = (error) => (said = String(error));
  const query = querystring.parse(path.split("?")[1] ?? "");
  const request = { method, url: path, headers, connection: {}, query, body: querystring.parse(body) };
  strategy.authenticate(request);
  return said;
}

console.log(JSON.stringify(requests.map(verified)));
