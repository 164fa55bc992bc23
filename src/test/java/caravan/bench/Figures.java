package caravan.bench;

/**
 * What one run took, and what it made the servers do meanwhile.
 *
 * @param process the measured process
 * @param brokerCpuSeconds CPU of the broker while it ran
 * @param s3CpuSeconds CPU of the S3 server while it ran; not a number where that is on another machine
 * @param otherCpuSeconds CPU of everything else on the machine while it ran, the kernel's own work and this JVM included: where that
 *     is much, the figures are not worth much
 */
record Figures(Usage process, double brokerCpuSeconds, double s3CpuSeconds, double otherCpuSeconds) {}
