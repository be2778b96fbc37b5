// How much slower than this machine the phone is that Lighthouse has in mind.

/**
 * What Lighthouse measures of a machine (`benchmarkIndex`), and how many times slower than such a one a phone of the middle
 * class is: the table of the calculator that Lighthouse's docs/throttling.md asks to use where the machine is not the fast
 * desktop for which the default of 4 is meant. https://lighthouse-cpu-throttling-calculator.vercel.app
 */
const SLOWER = [
  [150, 1],
  [800, 2],
  [1300, 3],
  [1533, 4],
  [1766, 5],
  [2000, 6],
];

/** How many times slower the phone is, between the lines of the table; as at its ends beyond them. */
export function slowdown(benchmarkIndex) {
  const above = SLOWER.findIndex(([index]) => index >= benchmarkIndex);
  if (above < 0) return SLOWER.at(-1)[1];
  if (above === 0) return SLOWER[0][1];
  const [[low, from], [high, to]] = SLOWER.slice(above - 1, above + 1);
  return from + ((benchmarkIndex - low) / (high - low)) * (to - from);
}
