// Nodes die, networks break, tabs reload: nothing is lost and nothing doubled.
import type { Node } from "../fixtures/deployment";
import { expect, type Person, test } from "../fixtures";

test.use({ expectedErrors: /WebSocket connection to .* failed|Failed to load resource: net::|ERR_[A-Z_]+/ });

/** With a second node, it takes over; a lone node has to come back itself. */
async function loseFirst(nodes: Node[]) {
  await nodes[0].kill();
  if (nodes.length === 1) await nodes[0].start();
}

test("a killed node's people go on elsewhere, with nothing lost or doubled", async ({ person, loadBalancer, nodes, room }) => {
  const balancer = (await loadBalancer()).leadTo(0);
  const ana = await person("Ana", { loadBalancer: balancer });
  const ben = await person("Ben", { loadBalancer: (await loadBalancer()).leadTo(1) });
  await ana.enter(room);
  await ben.enter(room);
  await ben.say("before");
  await ana.reads("before");

  await loseFirst(nodes);
  balancer.leadTo(1);
  await ben.live();
  await ben.say("meanwhile");
  await ana.live();
  await ana.say("after");
  await ana.reads("before", "meanwhile", "after");
  await ben.reads("before", "meanwhile", "after");
});

test("what is said into the dark arrives when the connection is back", async ({ person, loadBalancer, room }) => {
  const balancer = await loadBalancer();
  const ana = await person("Ana", { loadBalancer: balancer });
  const ben = await person("Ben", { node: 1 });
  await ana.enter(room);
  await ben.enter(room);
  balancer.shut();
  await expect(ana.connection).not.toHaveText(/Live/);
  await ana.say("into the dark");
  await ana.say("and on");
  await ben.say("can you hear me?");
  await expect(ana.messages.filter({ hasText: "into the dark" })).toBeVisible();

  balancer.reopen();
  await ana.live();
  await expect(ben.messages).toHaveText(["can you hear me?", "into the dark", "and on"]);
  await expect(ana.messages).toHaveText(["can you hear me?", "into the dark", "and on"]);
});

/** Opens the room on a page whose sockets are closed until they may connect. */
async function enterUnconnected(ana: Person, room: string) {
  const connection = { away: true };
  await ana.page.routeWebSocket(/\/ws\b/, (socket) => {
    if (connection.away) void socket.close({ code: 4000, reason: "away" });
    else socket.connectToServer();
  });
  await ana.page.goto(new URL(`/rooms/${room}`, ana.page.url()).href);
  return connection;
}

test("unsent messages survive a reload", async ({ person, room }) => {
  const ana = await person("Ana");
  const connection = await enterUnconnected(ana, room);
  await ana.say("do not forget me");
  await expect(ana.messages).toHaveText(["do not forget me"]);
  await ana.page.reload();
  await expect(ana.messages).toHaveText(["do not forget me"]);

  connection.away = false;
  const ben = await person("Ben", { node: 1 });
  await ben.enter(room);
  await ben.reads("do not forget me");
  await ana.live();
  await ana.reads("do not forget me");
});

test("what one person left unsent is not sent by the next one in the same browser", async ({ person, room }) => {
  const ana = await person("Ana");
  const connection = await enterUnconnected(ana, room);
  await ana.say("in my name only");
  await expect(ana.messages).toHaveText(["in my name only"]);

  await ana.context.clearCookies(); // somebody else sits down
  connection.away = false;
  await ana.page.reload();
  await ana.live();
  await ana.say("I am somebody else");
  const ben = await person("Ben", { node: 1 });
  await ben.enter(room);
  await ben.reads("I am somebody else");
});

test("a node that is asked to leave sends its people elsewhere", async ({ person, bot, loadBalancer, nodes, room }) => {
  const balancer = (await loadBalancer()).leadTo(0);
  const ana = await person("Ana", { loadBalancer: balancer });
  await ana.enter(room);
  const raw = await bot({ node: 0 });
  await raw.join(room);
  await ana.say("still here");

  balancer.leadTo(1);
  await nodes[0].stop();
  const { code } = await raw.closed;
  expect(code).toBeGreaterThanOrEqual(4000);
  expect(code).toBeLessThan(4500);
  await nodes[0].start();
  await ana.live();
  await ana.say("and here again");
  await ana.reads("still here", "and here again");
});

test("everybody who flickers stays in the list", async ({ person, loadBalancer, room }) => {
  const balancer = await loadBalancer();
  const ana = await person("Ana", { loadBalancer: balancer });
  const ben = await person("Ben", { node: 1 });
  await ana.enter(room);
  await ben.enter(room);
  await expect(ben.people).toHaveCount(2);
  balancer.cut();
  await ana.live();
  await ana.say("did I flicker?");
  await ben.reads("did I flicker?");
  await expect(ben.people).toHaveCount(2);
});
