package caravan.bench;

/**
 * What {@code caravan list} tells about an archive of one topic.
 *
 * @param partitions with objects
 * @param objects number of objects
 * @param records number of records that a restore would produce
 * @param exact whether that number is no mere upper bound
 * @param storedBytes bytes of all objects
 * @param missing number of gaps and holes
 */
record ArchiveFacts(int partitions, long objects, long records, boolean exact, long storedBytes, long missing) {

    /** Fails unless exactly these records are there. */
    void require(String archive, long produced) {
        if (records != produced || !exact || missing > 0) {
            throw new BenchException(
                    "RECORDS LOST OR DOUBLED: " + produced + " were produced, the archive " + archive + " has " + this);
        }
    }
}
