package caravan.torture;

/** What a producer was told about a record. */
enum Fate {
    /** It is there: it must be restored, once. */
    ACKNOWLEDGED,
    /** Nobody knows: it may be restored, once. */
    UNKNOWN,
    /** Its transaction was aborted: it must not be restored. */
    ABORTED
}
