package caravan.bench;

/**
 * A process that ended by itself with an exit code that was expected.
 *
 * @param usage what it took
 * @param startedAt when it was started, epoch millis
 * @param exitCode its exit code
 * @param out its standard output
 * @param err its standard error
 */
record Finished(Usage usage, long startedAt, int exitCode, String out, String err) {}
