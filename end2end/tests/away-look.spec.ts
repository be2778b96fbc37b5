// A room while its reader is cut off and when they are back, by day and by
// night, narrow and wide: usable by everyone.
import { expect, fill, test } from "../fixtures";
import { fitsEverybody } from "../fixtures/barriers";
import type { Bot, Person } from "../fixtures";
import type { LoadBalancer } from "../fixtures/load-balancer";

test.use({ expectedErrors: /WebSocket connection to .* failed|Failed to load resource: net::|ERR_[A-Z_]+/ });


type Room = { ana: Person; raw: Bot; balancer: LoadBalancer; room: string; bot: () => Promise<Bot> };

const STATES: Record<string, (room: Room) => Promise<unknown>> = {
  "cut off": async ({ ana, balancer }) => {
    balancer.shut();
    await expect(ana.notice).toContainText("You are offline.");
    await ana.say("And I take the key to the shed.");
    await ana.say("Does anyone still have the long hose?");
    await expect(ana.log).toContainText("Waiting");
    await expect(ana.connection).toHaveText(/Reconnecting in \d+ s/);
  },
  "without a network": async ({ ana }) => {
    await ana.context.setOffline(true);
    await expect(ana.notice).toContainText("You are offline.");
  },
  paused: async ({ ana }) => {
    // As a node answers while its Redis is away; a real one is in redis.spec.ts.
    await ana.page.routeWebSocket(/\/ws\b/, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((frame) => {
        const { type, payload } = JSON.parse(frame.toString());
        if (type !== "message") return server.send(frame);
        const refusal = { code: "unavailable", message: "Later.", temporary: true, id: payload.id, retryAfterMs: 60_000 };
        return socket.send(JSON.stringify({ type: "error", payload: refusal }));
      });
    });
    await ana.page.reload();
    await ana.live();
    await ana.say("And I take the key to the shed.");
    await expect(ana.notice).toContainText("Sending is paused.");
    await expect(ana.log).toContainText("Waiting");
  },
  back: async ({ ana, raw }) => {
    await ana.context.setOffline(true);
    await raw.say("There is, left of the Regenwassersammelbehälterabdeckung (the lid).");
    await raw.say("Who can water on Thursday? The list is at https://riverside.example/water");
    await raw.say("صباح الخير، هل بقي مكان للنعناع بجانب السياج؟");
    await ana.context.setOffline(false);
    await expect(ana.line).toBeVisible();
    await ana.live();
  },
  "back after long": async ({ ana, room, bot }) => {
    await ana.context.setOffline(true);
    await fill(room, 60, bot);
    await ana.context.setOffline(false);
    await ana.live();
    await expect(ana.page.getByRole("button", { name: "60 new while you were away" })).toBeVisible();
  },
};

for (const colorScheme of ["light", "dark"] as const) {
  for (const [state, reach] of Object.entries(STATES)) {
    test(`a room ${state} by ${colorScheme === "light" ? "day" : "night"}: no barrier, no sideways scrolling`, async ({ person, bot, loadBalancer, room }, info) => {
      const balancer = await loadBalancer();
      const ana = await person("Ana", { loadBalancer: balancer }, { colorScheme, reducedMotion: "reduce" });
      await ana.enter(room);
      const raw = await bot();
      await raw.join(room);
      await raw.say("The frost got the last tomatoes. The kale could not care less.");
      await ana.say("I bring straw for the strawberries tomorrow.");
      await expect(ana.messages).toHaveCount(2);
      await reach({ ana, raw, balancer, room, bot });
      await fitsEverybody(ana.page, info, `${state}-${colorScheme}`);
    });
  }
}
