/**
 * The torture: Caravan's processes back up what never stops coming, while they, the brokers and the S3 server are killed, held and
 * made to fail; at the end every record that a producer was promised is looked for in a restored cluster.
 *
 * <p>Read {@link caravan.torture.Torture} for the course of a run, {@link caravan.torture.FaultKind} for what is done to whom,
 * {@link caravan.torture.Ledger} for what was promised, and {@link caravan.torture.Comparison} for what counts as lost and doubled.
 */
package caravan.torture;
