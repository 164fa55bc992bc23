package caravan.kafka;

/**
 * Whom brokers take a producer's batches to come from (KIP-98).
 *
 * @param epoch of this id
 */
public record ProducerId(long id, short epoch) {}
