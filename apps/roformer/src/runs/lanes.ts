/**
 * Many tasks, a few at a time.
 */

/** Runs a task for every item, at most `count` of them at once; the results are in the items' order. */
export async function inLanes<Item, Result>(
  items: readonly Item[],
  count: number,
  run: (item: Item, i: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const i = next++
      results[i] = await run(items[i] as Item, i)
    }
  }
  await Promise.all(Array.from({ length: Math.min(count, items.length) }, lane))
  return results
}
