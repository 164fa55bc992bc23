package caravan.catalog;

import caravan.archive.PartitionKey;
import java.time.Instant;

/**
 * A key of a partition, as LIST shows it.
 *
 * @param size bytes of what lies under it
 * @param storedAt when it was stored, by the store's clock
 */
public record StoredKey(PartitionKey key, long size, Instant storedAt) {}
