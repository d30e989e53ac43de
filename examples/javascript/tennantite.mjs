// What a JavaScript test needs of Tennantite: copy it, change it. Node 20 or newer, no packages.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const contoso = "4ba5b1f1-7b2e-4c6a-9d0f-2f3a6c1e8d47";
export const suite = "6f1d2c3b-90ab-4e57-8c1d-5a7e4b2f9d10"; // an application that may do everything

/** Starts an emulator on free ports, or takes the one at TENNANTITE_CONTROL. */
export async function start(binary = process.env.TENNANTITE ?? "tennantite", ...flags) {
  if (process.env.TENNANTITE_CONTROL) return new Emulator(new URL(process.env.TENNANTITE_CONTROL).origin);
  const dir = await mkdtemp(join(tmpdir(), "tennantite-"));
  const file = join(dir, "addresses.json");
  const child = spawn(binary, ["serve", "--http", "127.0.0.1:0", "--https", "", "--proxy", "127.0.0.1:0", "--addr-file", file, ...flags], { stdio: ["ignore", "ignore", "inherit"] });
  const failed = once(child, "exit").then(([code]) => { throw new Error(`the emulator ended with ${code}`); });
  failed.catch(() => {}); // an end that was asked for is no failure
  const written = (async () => { // the file is there once everything can be used
    for (;;) {
      try { return JSON.parse(await readFile(file, "utf8")); } catch { await new Promise((go) => setTimeout(go, 20)); }
    }
  })();
  const addresses = await Promise.race([written, failed]);
  const ended = once(child, "exit");
  return new Emulator(addresses.http, async () => {
    child.kill("SIGTERM");
    await ended;
    await rm(dir, { recursive: true });
  });
}

class Emulator {
  constructor(base, stop = async () => {}) { Object.assign(this, { base, stop }); }

  /** A world of its own, as main is now: for one test. */
  async world() {
    const { name } = (await ask(this.base, "POST", "/_tennantite/v1/worlds", { body: {} })).body;
    return new World(this.base, name);
  }
}

class World {
  constructor(base, name) { Object.assign(this, { base, name }); }

  /** Calls the control plane, in this world. */
  async control(method, path, body) {
    const answer = await ask(this.base, method, "/_tennantite/v1" + path, { body, headers: { "X-Tennantite-World": this.name } });
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Calls a service by its real address. */
  call(method, url, { token, body } = {}) {
    const { host, pathname, search } = new URL(url);
    const headers = { host, "X-Tennantite-World": this.name, ...(token && { authorization: `Bearer ${token}` }) };
    return ask(this.base, method, pathname + search, { body, headers });
  }

  /** A token of somebody for a service. */
  async token(as, resource = "https://graph.microsoft.com") {
    return (await this.control("POST", "/tokens", { as, app: suite, tenant: contoso, resource })).access_token;
  }

  /** The newest mail to somebody; waits until there is one. */
  async mail(to, wait = "5s") {
    const { value } = await this.control("GET", `/mail?to=${encodeURIComponent(to)}&wait=${wait}`);
    if (value.length === 0) throw new Error(`no mail to ${to}`);
    return value[0];
  }

  /** Follows a link of a mail as that person, and returns the guest. */
  async redeem(url, as) { return (await this.control("POST", "/redemptions", { url, as })).guest; }

  reset() { return this.control("POST", "/reset"); }
  end() { return this.control("DELETE", `/worlds/${this.name}`); }
}

function ask(base, method, path, { body, headers = {} } = {}) {
  const text = body === undefined ? "" : JSON.stringify(body);
  const sent = { ...headers, "content-length": Buffer.byteLength(text), ...(text && { "content-type": "application/json" }) };
  return new Promise((done, failed) => {
    const request = http.request(base + path, { method, headers: sent, agent: false }, async (answer) => {
      try {
        const all = Buffer.concat(await answer.toArray()).toString();
        const json = /json/.test(answer.headers["content-type"] ?? "");
        done({ status: answer.statusCode, headers: answer.headers, body: json && all ? JSON.parse(all) : all });
      } catch (e) { failed(e); }
    });
    request.on("error", failed);
    request.end(text);
  });
}
