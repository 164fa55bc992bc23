/**
 * The benchmark: Caravan as a process beside Kafka's own performance tools, on the same broker, data and machine, in the same run.
 *
 * <p>Read {@link caravan.bench.BackupScenario} and {@link caravan.bench.RestoreScenario} to see what is compared,
 * {@link caravan.bench.Processes} to see how it is measured, and {@link caravan.bench.KafkaTools} for the yardsticks.
 */
package caravan.bench;
