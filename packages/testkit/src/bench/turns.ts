/** The middle of the turns: one disturbed turn does not move it. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1] ?? 0, sorted[Math.floor(middle)] ?? 0];
  return (low + high) / 2;
}

export interface Side {
  name: string;
  /** One turn; @returns how many a second. */
  turn(): Promise<number>;
}

export interface Comparison {
  product: number;
  bare: number;
  ratio: number;
}

/** Lets both sides take turns (A B B A …, so that neither always goes first), prints each, and compares by the median. */
export async function compare(
  product: Side,
  bare: Side,
  unit: string,
  rounds: number,
  digits = 1,
): Promise<Comparison> {
  const rates: [number[], number[]] = [[], []];
  for (let turn = 0; turn < rounds; turn += 1) {
    for (const index of turn % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const side = [product, bare][index];
      const rate = side ? await side.turn() : 0;
      rates[index].push(rate);
      console.info(`  turn ${turn + 1}  ${side?.name.padEnd(28)} ${rate.toFixed(digits).padStart(9)} ${unit}`);
    }
  }
  // Of neighbouring turns, which shared whatever else the machine was doing then.
  const ratios = rates[0].map((rate, turn) => rate / (rates[1][turn] ?? Number.NaN));
  return {
    product: round(median(rates[0]), digits),
    bare: round(median(rates[1]), digits),
    ratio: round(median(ratios), 3),
  };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
