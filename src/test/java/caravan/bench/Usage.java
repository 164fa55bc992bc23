package caravan.bench;

/**
 * What a whole process took, from its start to its end.
 *
 * @param wallSeconds time from before it was started until it had ended
 * @param cpuSeconds user and system time of all its threads
 * @param peakRssBytes most memory that it had resident
 */
record Usage(double wallSeconds, double cpuSeconds, long peakRssBytes) {}
