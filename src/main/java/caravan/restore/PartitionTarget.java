package caravan.restore;

/**
 * Where a partition's records come to lie, and what of them is there.
 *
 * @param start offset of the first one in the target
 * @param records how many of the plan's records the target holds
 */
record PartitionTarget(long start, long records) {

    /**
     * Sequence number of a record of the plan. Counting it as Kafka's own producer does, from 0 to 2<sup>31</sup> - 1 and again
     * from 0, lets a broker tell a batch that it has from one that comes next, also in a later run.
     *
     * @param index how many records of the plan lie before it
     */
    static int sequence(long index) {
        return (int) (index & Integer.MAX_VALUE);
    }
}
