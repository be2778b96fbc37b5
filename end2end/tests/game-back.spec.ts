// Whoever loses a game, however it comes about, is back on the same screen. How
// soon is printed, and measured on a machine that does nothing else:
// TIMES=5 npx playwright test --project=embedded --workers=1 tests/game-back.spec.ts
import type { Locator } from "@playwright/test";

import { ask, host, next, play } from "../fixtures/class";
import type { LoadBalancer } from "../fixtures/load-balancer";
import { expect, type Person, test } from "../fixtures";

test.use({ expectedErrors: /WebSocket connection to .* failed|Failed to load resource: net::|ERR_[A-Z_]+/ });
test.setTimeout(90_000);

/** How often everything is lost in each way. */
const TIMES = Number(process.env.TIMES ?? 1);

const PLANETS = ask("Which planet has the shortest day?", "Jupiter", ["Mercury", "Earth", "Neptune"], 240);

/** How a game is lost. After a freeze nobody is told that the connection is dead, as on a phone that slept. */
function losses(person: Person, balancer: LoadBalancer): [string, () => Promise<unknown>][] {
  let node = 0;
  return [
    ["a reload", () => person.page.reload({ waitUntil: "commit" })],
    ["another network", async () => balancer.cut()],
    ["another node", async () => balancer.leadTo(++node).cut()],
    [
      "sleep",
      async () => {
        balancer.freeze();
        await person.page.clock.fastForward(6_000);
        await person.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
      },
    ],
  ];
}

/** How long it takes until the game is heard again and what was there is there, at most. */
async function away(person: Person, lose: () => Promise<unknown>, screen: Locator): Promise<number> {
  const times: number[] = [];
  for (let time = 0; time < TIMES; time++) {
    const socket = person.page.waitForEvent("websocket");
    const begin = Date.now();
    await lose();
    await (await socket).waitForEvent("framereceived");
    await screen.waitFor();
    times.push(Date.now() - begin);
    await expect(person.connection).toHaveText(/Live/);
    // After a while this connection counts as good, and the next loss as the first.
    await person.page.clock.fastForward(11_000);
  }
  return Math.max(...times);
}

for (const role of ["player", "host"]) {
  test(`a ${role} is back in the open question`, async ({ person, loadBalancer }) => {
    const balancer = (await loadBalancer()).leadTo(0);
    const teacher = await person("Ms Kowalski", role === "host" ? { loadBalancer: balancer } : { node: 1 });
    const noor = await person("Noor", role === "player" ? { loadBalancer: balancer } : { node: 1 });
    const tomas = await person("Tomas");
    await (role === "host" ? teacher : noor).page.clock.install();
    const pin = await host(teacher, { title: "The Solar System", questions: [PLANETS] });
    await play(noor, pin);
    await play(tomas, pin);
    await next(teacher, "Start the quiz");
    const chosen = noor.page.getByRole("button", { name: "C, Jupiter", pressed: true });
    await noor.page.getByRole("button", { name: "C, Jupiter" }).click();
    await chosen.waitFor();

    const [who, screen] = role === "host" ? [teacher, teacher.page.getByText("1 of 2 answered")] : [noor, chosen];
    for (const [name, lose] of losses(who, balancer)) {
      console.log(`a ${role} is back after ${name}: ${await away(who, lose, screen)} ms at most`);
    }
  });
}
