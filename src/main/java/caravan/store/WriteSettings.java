package caravan.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * How objects are stored in a bucket, in S3's own terms; put into every PUT of a client, whoever makes it: this package, or
 * Camel's aws2-s3 component.
 *
 * @param encryption {@code AES256} (SSE-S3), {@code aws:kms} or {@code aws:kms:dsse} (SSE-KMS)
 * @param kmsKeyId id or ARN of the KMS key; without one, the account's own for S3
 * @param bucketKeyEnabled whether S3 asks KMS for a key of the bucket instead of one for each object
 * @param storageClass {@code STANDARD_IA}, {@code GLACIER_IR}, …
 */
public record WriteSettings(
        Optional<String> encryption,
        Optional<String> kmsKeyId,
        boolean bucketKeyEnabled,
        Optional<String> storageClass,
        Optional<ObjectLock> lock)
        implements ExecutionInterceptor {

    private static final List<String> KMS = List.of("aws:kms", "aws:kms:dsse");

    /** Objects of these classes can't be read before somebody asks for them, hours ago. */
    private static final List<String> UNREADABLE = List.of("GLACIER", "DEEP_ARCHIVE");

    /** Whatever the bucket's own settings say. */
    public static final WriteSettings NONE =
            new WriteSettings(Optional.empty(), Optional.empty(), false, Optional.empty(), Optional.empty());

    /**
     * Retention of each object that is written once; the few that may change are not locked. The bucket must have object lock.
     *
     * @param mode {@code GOVERNANCE} or {@code COMPLIANCE}
     * @param days from the PUT on
     */
    public record ObjectLock(String mode, int days) {
        public ObjectLock {
            require(
                    List.of("GOVERNANCE", "COMPLIANCE").contains(mode),
                    "an object lock's mode can't be '" + mode + "'",
                    "give GOVERNANCE or COMPLIANCE");
            require(days > 0, "objects can't be locked for " + days + " days", "give one day or more");
        }
    }

    public WriteSettings {
        encryption.ifPresent(algorithm -> require(
                algorithm.equals("AES256") || KMS.contains(algorithm),
                "there is no server-side encryption '" + algorithm + "'",
                "give AES256, aws:kms or aws:kms:dsse"));
        boolean byKms = encryption.filter(KMS::contains).isPresent();
        require(
                byKms || kmsKeyId.isEmpty() && !bucketKeyEnabled,
                "a KMS key needs server-side encryption by KMS",
                "add --s3-server-side-encryption aws:kms");
        storageClass.ifPresent(name -> require(
                !UNREADABLE.contains(name),
                "an archive in the storage class " + name + " can't be read at once",
                "take GLACIER_IR, or another class that can"));
    }

    private static void require(boolean right, String message, String hint) {
        if (!right) {
            throw new StoreLocationException(message, hint);
        }
    }

    @Override
    public SdkRequest modifyRequest(Context.ModifyRequest context, ExecutionAttributes attributes) {
        if (context.request() instanceof PutObjectRequest put) {
            return settled(put);
        }
        if (lock.isPresent() && context.request() instanceof CreateBucketRequest create) {
            return create.toBuilder().objectLockEnabledForBucket(true).build();
        }
        return context.request();
    }

    private PutObjectRequest settled(PutObjectRequest put) {
        PutObjectRequest.Builder settled = put.toBuilder();
        encryption.ifPresent(settled::serverSideEncryption);
        kmsKeyId.ifPresent(settled::ssekmsKeyId);
        if (bucketKeyEnabled) {
            settled.bucketKeyEnabled(true);
        }
        storageClass.ifPresent(settled::storageClass);
        // What is stored without a condition is stored again and again: tasks.
        lock.filter(retention -> put.ifNoneMatch() != null)
                .ifPresent(retention -> settled.objectLockMode(retention.mode())
                        .objectLockRetainUntilDate(Instant.now().plus(retention.days(), ChronoUnit.DAYS)));
        return settled.build();
    }
}
