/** Cuts a list into pieces that fit into a line of the feed beside another such list: a line has at most 64 KiB. */

/** Characters of one list in one event. */
const mostCharacters = 24_000;

/** At least one piece, which may be empty. */
export function pieces<Item>(list: readonly Item[]): readonly (readonly Item[])[] {
  const cuts: Item[][] = [[]];
  let room = mostCharacters;
  for (const item of list) {
    const characters = JSON.stringify(item).length + 1;
    if (characters > room) {
      cuts.push([]);
      room = mostCharacters;
    }
    room -= characters;
    cuts.at(-1)?.push(item);
  }
  return cuts;
}
