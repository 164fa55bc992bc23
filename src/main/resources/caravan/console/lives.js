/* Lives of a topic in the archive: one that was deleted and created again has several. */

/**
 * The life that the API calls `newest`: the last that can be restored, so none without records and no baseline that is not complete,
 * as long as there is another.
 *
 * @param timelines in the order in which they began
 */
export function newest(timelines) {
  const complete = timelines.filter((each) => each.complete);
  return complete.filter(({ records }) => records > 0).at(-1) ?? complete.at(-1) ?? timelines.at(-1);
}
