// Behind a proxy that asks by another name, as nginx does where nobody tells it otherwise.
import { test } from "../fixtures";
import { Proxy } from "../fixtures/proxy";

test.use({ flags: ["--trusted-proxies", "127.0.0.1"] });

test("a room is live by the address that a trusted proxy was asked by", async ({ person, nodes, room }) => {
  const ana = await person("Ana");
  const proxy = await Proxy.before(nodes[0], (host) => ({ "x-forwarded-host": host }));
  await ana.page.goto(`${proxy.url}/rooms/${room}`);
  await ana.live();
  await ana.say("through the proxy");
  await ana.reads("through the proxy");
  await ana.page.goto("about:blank"); // or the page would look for a proxy that is gone
  await proxy.close();
});
