import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./tennantite.mjs";

const users = "https://graph.microsoft.com/v1.0/users?$filter=mail eq 'carol@fabrikam.com'";
let emulator;
before(async () => { emulator = await start(); });
after(() => emulator.stop());

async function inWorld(t) {
  const world = await emulator.world();
  t.after(() => world.end());
  return world;
}

async function guests(world) {
  const answer = await world.call("GET", users, { token: await world.token("adele@contoso.com") });
  assert.equal(answer.status, 200);
  return answer.body.value;
}

async function invite(world) {
  const answer = await world.call("POST", "https://graph.microsoft.com/v1.0/invitations", {
    token: await world.token("adele@contoso.com"),
    body: { invitedUserEmailAddress: "carol@fabrikam.com", inviteRedirectUrl: "https://contoso.sharepoint.com", sendInvitationMessage: true },
  });
  assert.equal(answer.status, 201);
}

test("an invited person accepts by mail", async (t) => {
  const world = await inWorld(t);
  await invite(world);
  const mail = await world.mail("carol@fabrikam.com");
  const guest = await world.redeem(mail.links[0].url, "carol@fabrikam.com");
  assert.equal(guest.id, (await guests(world))[0].id);
});

test("a reset takes the invitation back", async (t) => {
  const world = await inWorld(t);
  await invite(world);
  assert.equal((await guests(world)).length, 1);
  await world.reset();
  assert.equal((await guests(world)).length, 0);
});

test("a client that is throttled is told when to come back", async (t) => {
  const world = await inWorld(t);
  await world.control("PUT", "/faults", { rules: [{ match: { path: "/v1.0/me" }, effect: { status: 429, retryAfter: 7 }, limit: { times: 1 } }] });
  const token = await world.token("megan@contoso.com");
  const answer = await world.call("GET", "https://graph.microsoft.com/v1.0/me", { token });
  assert.equal(answer.status, 429);
  assert.equal(answer.headers["retry-after"], "7");
  assert.equal((await world.call("GET", "https://graph.microsoft.com/v1.0/me", { token })).status, 200);
});
