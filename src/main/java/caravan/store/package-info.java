/** Where an archive lies: keys and objects in an S3-compatible store or in a directory. Knows nothing of what they mean. */
package caravan.store;
