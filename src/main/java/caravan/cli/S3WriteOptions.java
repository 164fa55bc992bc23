package caravan.cli;

import caravan.store.WriteSettings;
import caravan.store.WriteSettings.ObjectLock;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How objects are stored in a bucket, named as the AWS command line names it. */
final class S3WriteOptions {

    @Option(
            names = "--s3-server-side-encryption",
            paramLabel = "ALGORITHM",
            description = "AES256 (SSE-S3), aws:kms or aws:kms:dsse (SSE-KMS); the bucket's own unless given.")
    private Optional<String> encryption = Optional.empty();

    @Option(
            names = "--s3-sse-kms-key-id",
            paramLabel = "KEY",
            description = "Id or ARN of the KMS key; the account's own for S3 unless given.")
    private Optional<String> kmsKeyId = Optional.empty();

    @Option(names = "--s3-bucket-key-enabled", description = "Encrypt by a key of the bucket: fewer requests to KMS.")
    private boolean bucketKeyEnabled;

    @Option(
            names = "--s3-storage-class",
            paramLabel = "CLASS",
            description = "STANDARD_IA, GLACIER_IR, …; STANDARD unless given.")
    private Optional<String> storageClass = Optional.empty();

    @Option(
            names = "--s3-object-lock-mode",
            paramLabel = "MODE",
            description = "GOVERNANCE or COMPLIANCE: nobody can delete an object before its time."
                    + " The bucket must have object lock.")
    private Optional<String> lockMode = Optional.empty();

    @Option(
            names = "--s3-object-lock-days",
            paramLabel = "DAYS",
            description = "How long an object is locked, from the time it is stored.")
    private Optional<Integer> lockDays = Optional.empty();

    WriteSettings settings() {
        if (lockMode.isPresent() != lockDays.isPresent()) {
            throw CommandException.usage(
                    "an object lock needs both a mode and a time",
                    "give both --s3-object-lock-mode and --s3-object-lock-days");
        }
        return new WriteSettings(
                encryption,
                kmsKeyId,
                bucketKeyEnabled,
                storageClass,
                lockMode.map(mode -> new ObjectLock(mode, lockDays.orElseThrow())));
    }
}
