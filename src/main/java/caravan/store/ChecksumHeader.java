package caravan.store;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * Turns the metadata entry {@code caravan-crc32c} of a PUT into its checksum header ({@code x-amz-checksum-crc32c}), so that the
 * server refuses a body that is no longer what was written. By metadata, because Camel's aws2-s3 component passes that on and has
 * no option for a checksum that is known already.
 */
public final class ChecksumHeader implements ExecutionInterceptor {

    /** Name of the metadata entry; its value is that of S3's header, see {@link #value(long)}. */
    public static final String METADATA = "caravan-crc32c";

    /** A CRC-32C as S3 writes it: Base64 of its four bytes, big-endian. */
    public static String value(long crc32c) {
        byte[] bytes = ByteBuffer.allocate(Integer.BYTES).putInt((int) crc32c).array();
        return Base64.getEncoder().encodeToString(bytes);
    }

    @Override
    public SdkRequest modifyRequest(Context.ModifyRequest context, ExecutionAttributes attributes) {
        if (context.request() instanceof PutObjectRequest put && put.metadata().containsKey(METADATA)) {
            Map<String, String> metadata = new HashMap<>(put.metadata());
            String checksum = metadata.remove(METADATA);
            return put.toBuilder()
                    .metadata(metadata)
                    .checksumAlgorithm((String) null)
                    .checksumCRC32C(checksum)
                    .build();
        }
        return context.request();
    }
}
