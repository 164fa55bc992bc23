package caravan.store;

import caravan.store.StoreException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketAlreadyExistsException;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A store in a bucket of S3, or of a server that speaks its protocol. */
public final class S3Store implements Store {
    private static final int CONFLICTS = 10;
    private static final Duration CONFLICT_PAUSE = Duration.ofMillis(50);

    private final S3Client client;
    private final S3Location location;
    private final S3Errors errors;

    /**
     * @param client of {@link S3Clients}; closed with this store
     */
    public S3Store(S3Client client, S3Location location) {
        this.client = client;
        this.location = location;
        String endpoint = client.serviceClientConfiguration()
                .endpointOverride()
                .map(Object::toString)
                .orElse("");
        this.errors = new S3Errors(location, endpoint);
    }

    /** Opens a store with a client of its own, to read it. */
    public static S3Store open(S3Location location) {
        return open(location, WriteSettings.NONE);
    }

    /** Opens a store with a client of its own. */
    public static S3Store open(S3Location location, WriteSettings settings) {
        return new S3Store(S3Clients.create(settings), location);
    }

    public S3Client client() {
        return client;
    }

    public S3Location s3() {
        return location;
    }

    @Override
    public String location() {
        return location.toString();
    }

    @Override
    public void check() {
        // A LIST says why it is refused; a HEAD of the bucket has no body to say it in.
        list("", "", 1);
    }

    @Override
    public void create() {
        try {
            check();
        } catch (StoreException e) {
            if (e.kind() != Kind.NO_BUCKET) {
                throw e;
            }
            asked("create the bucket '" + location.bucket() + "'", () -> {
                try {
                    return client.createBucket(request -> request.bucket(location.bucket()));
                } catch (BucketAlreadyOwnedByYouException | BucketAlreadyExistsException raced) {
                    return null;
                }
            });
        }
    }

    @Override
    public Page list(String prefix, String startAfter, int max) {
        ListObjectsV2Response answer = asked(
                "list " + name(prefix),
                () -> client.listObjectsV2(request -> request.bucket(location.bucket())
                        .prefix(absolute(prefix))
                        .startAfter(startAfter.isEmpty() ? null : absolute(startAfter))
                        .maxKeys(max)));
        return new Page(
                answer.contents().stream().map(this::entry).filter(this::named).toList(),
                Boolean.TRUE.equals(answer.isTruncated()));
    }

    @Override
    public Stream<Entry> list(String prefix) {
        String action = "list " + name(prefix);
        var pages = client.listObjectsV2Paginator(
                        request -> request.bucket(location.bucket()).prefix(absolute(prefix)))
                .iterator();
        return Stream.generate(() -> asked(action, () -> pages.hasNext() ? pages.next() : null))
                .takeWhile(Objects::nonNull)
                .flatMap(page -> page.contents().stream())
                .map(this::entry)
                .filter(this::named);
    }

    @Override
    public List<String> folders(String prefix) {
        int skip = absolute(prefix).length();
        return asked("list " + name(prefix), () -> client
                .listObjectsV2Paginator(request -> request.bucket(location.bucket())
                        .prefix(absolute(prefix))
                        .delimiter("/"))
                .commonPrefixes()
                .stream()
                .map(CommonPrefix::prefix)
                .map(folder -> folder.substring(skip, folder.length() - 1))
                .filter(folder -> !folder.isEmpty())
                .toList());
    }

    @Override
    public Optional<Head> head(String key) {
        try {
            HeadObjectResponse answer = asked(
                    "look at " + name(key),
                    () -> client.headObject(
                            request -> request.bucket(location.bucket()).key(absolute(key))));
            return Optional.of(new Head(answer.contentLength(), answer.metadata()));
        } catch (StoreException e) {
            if (e.kind() == Kind.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public byte[] read(String key) {
        try (InputStream body = open(key)) {
            return body.readAllBytes();
        } catch (IOException e) {
            throw new StoreException(
                    Kind.UNREACHABLE, "can't read " + name(key) + ": " + e.getMessage(), "try again", e);
        }
    }

    @Override
    public InputStream open(String key) {
        return new ObjectBody(body(key), 0, Long.MAX_VALUE);
    }

    @Override
    public InputStream open(String key, long from, long length) {
        return length == 0 ? InputStream.nullInputStream() : new ObjectBody(body(key), from, from + length);
    }

    private ObjectBody.Source body(String key) {
        String action = "read " + name(key);
        return new ObjectBody.Source() {
            @Override
            public ResponseInputStream<GetObjectResponse> open(long from, long next) {
                boolean part = from > 0 || next != Long.MAX_VALUE;
                GetObjectRequest.Builder request =
                        GetObjectRequest.builder().bucket(location.bucket()).key(absolute(key));
                if (part) {
                    request.range("bytes=" + from + "-" + (next == Long.MAX_VALUE ? "" : next - 1));
                }
                var body = asked(action, () -> client.getObject(request.build()));
                if (part && body.response().contentRange() == null) {
                    body.abort();
                    throw new StoreException(
                            Kind.OTHER,
                            "can't " + action + ": the server ignores ranges",
                            "use an S3 server that serves ranges (RFC 9110)",
                            null);
                }
                return body;
            }

            @Override
            public StoreException failure(SdkException cause) {
                return errors.of(action, cause);
            }
        };
    }

    @Override
    public boolean putIfAbsent(String key, byte[] body) {
        return putUnlessExists(key, request(key, crc32c(body)), RequestBody.fromBytes(body)) == PutOutcome.CREATED;
    }

    @Override
    public void put(String key, byte[] body) {
        asked(
                "store " + name(key),
                () -> client.putObject(request(key, crc32c(body)).build(), RequestBody.fromBytes(body)));
    }

    @Override
    public PutOutcome putIfAbsent(String key, Path file, Map<String, String> metadata, long crc32c) {
        return putUnlessExists(key, request(key, crc32c).metadata(metadata), RequestBody.fromFile(file));
    }

    /** By {@link Deletion} only. One request for each key: those for many need a checksum that servers disagree about. */
    Deletion.Outcome delete(String key) {
        DeleteObjectResponse answer = deleted(
                "delete " + name(key),
                () -> client.deleteObject(
                        request -> request.bucket(location.bucket()).key(absolute(key))));
        return Boolean.TRUE.equals(answer.deleteMarker()) ? Deletion.Outcome.VERSION_KEPT : Deletion.Outcome.GONE;
    }

    private <T> T deleted(String action, Supplier<T> request) {
        try {
            return request.get();
        } catch (SdkException e) {
            throw errors.ofDeletion(action, e);
        }
    }

    private PutOutcome putUnlessExists(String key, PutObjectRequest.Builder request, RequestBody body) {
        PutObjectRequest unlessExists = request.ifNoneMatch("*").build();
        return asked("store " + name(key), () -> {
            for (int attempt = 1; ; attempt++) {
                try {
                    client.putObject(unlessExists, body);
                    return PutOutcome.CREATED;
                } catch (S3Exception e) {
                    if (e.statusCode() == 412) {
                        return PutOutcome.EXISTED;
                    }
                    // Another conditional write of the key was under way (ConditionalRequestConflict): S3 asks to try
                    // again.
                    if (e.statusCode() != 409 || attempt >= CONFLICTS) {
                        throw e;
                    }
                    pause(attempt);
                }
            }
        });
    }

    private PutObjectRequest.Builder request(String key, long crc32c) {
        return PutObjectRequest.builder()
                .bucket(location.bucket())
                .key(absolute(key))
                .checksumCRC32C(ChecksumHeader.value(crc32c));
    }

    private static long crc32c(byte[] body) {
        CRC32C crc = new CRC32C();
        crc.update(body);
        return crc.getValue();
    }

    private void pause(int attempt) {
        try {
            Thread.sleep(CONFLICT_PAUSE.multipliedBy(attempt).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException(Kind.OTHER, "interrupted while storing", "run it again", e);
        }
    }

    @Override
    public void close() {
        client.close();
    }

    private <T> T asked(String action, Supplier<T> request) {
        try {
            return request.get();
        } catch (SdkException e) {
            throw errors.of(action, e);
        }
    }

    private String absolute(String key) {
        return location.prefix() + key;
    }

    private String name(String key) {
        return "s3://" + location.bucket() + "/" + absolute(key);
    }

    private Entry entry(S3Object object) {
        return new Entry(object.key().substring(location.prefix().length()), object.size(), object.lastModified());
    }

    /** Consoles store an empty object as the folder itself; it has no name of its own. */
    private boolean named(Entry entry) {
        return !entry.key().isEmpty();
    }
}
