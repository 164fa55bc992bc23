package caravan.manage;

/**
 * How fast a task moves, at most.
 *
 * @param bytesPerSecond bytes of log; 0 where there is no limit
 */
record TaskRate(long bytesPerSecond) {}
