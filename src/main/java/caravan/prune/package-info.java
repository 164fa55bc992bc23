/** Deletes what is older than wanted from the old end of each partition, so that nothing takes it for loss. */
package caravan.prune;
