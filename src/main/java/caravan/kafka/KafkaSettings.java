package caravan.kafka;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.GroupProtocol;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * How a cluster is reached, and the client settings on which the promises rest.
 *
 * @param bootstrapServers {@code host:port}, comma-separated
 * @param properties the user's settings, for consumer, producer and admin client alike; see {@link KafkaReferences}
 */
public record KafkaSettings(String bootstrapServers, Map<String, String> properties) {

    /** Producer and broker must take any record that a broker holds; memory is bounded by what is in flight, not by this. */
    private static final int MAX_REQUEST_BYTES = 1 << 30;

    private static final String HASTY_MILLIS = "2000";
    private static final String API_MILLIS = "45000";

    /** Of one response. */
    private static final int FETCH_BYTES = 16 << 20;
    /** Of one partition in it: a frame of an object. */
    private static final int PARTITION_FETCH_BYTES = 4 << 20;

    private static final Map<String, String> CONSUMER = Map.ofEntries(
            // Polling a topic that was just deleted would create it again.
            Map.entry(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false"),
            // Any other policy jumps over records without a word.
            Map.entry(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none"),
            Map.entry(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false"),
            Map.entry(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed"),
            Map.entry(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName()),
            Map.entry(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName()),
            Map.entry(ConsumerConfig.CHECK_CRCS_CONFIG, "true"),
            Map.entry(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, ExistingPartitionsAssignor.class.getName()),
            Map.entry(CommonClientConfigs.METADATA_MAX_AGE_CONFIG, "30000"));

    private static final Map<String, String> PRODUCER = Map.of(
            // A broker takes any sequence from a producer that it does not know. Just after a topic was created,
            // a first batch can meet a broker that is not the leader yet, and a second one, in flight behind it,
            // the same broker as leader: the second is taken, and the first refused for ever as out of order.
            ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1",
            ProducerConfig.ACKS_CONFIG, "all",
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true",
            ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName(),
            ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName(),
            ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(MAX_REQUEST_BYTES),
            ProducerConfig.BUFFER_MEMORY_CONFIG, Integer.toString(MAX_REQUEST_BYTES),
            ProducerConfig.RETRIES_CONFIG, Integer.toString(Integer.MAX_VALUE));

    /** What the brokers decide, where they assign partitions; a consumer that is told of it then ends with an error. */
    private static final Set<String> ASKED_OF_BROKERS =
            Set.of(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG);

    /** Settings that are no one's to change, beside those above: each would change what is stored or committed. */
    private static final Map<String, String> REFUSED = Map.of(
            ConsumerConfig.GROUP_ID_CONFIG, "use the option for the group",
            CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, "use the option for the bootstrap servers",
            ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG, "an interceptor could change records unseen",
            ProducerConfig.TRANSACTIONAL_ID_CONFIG, "a restore adds no transactions to the log",
            ProducerConfig.PARTITIONER_CLASS_CONFIG, "records go back to their own partitions");

    /** Refuses, by name, a user setting that would break a promise. */
    public KafkaSettings {
        properties = Map.copyOf(KafkaReferences.resolvable(properties));
        for (String name : properties.keySet()) {
            if (REFUSED.containsKey(name)) {
                throw new IllegalArgumentException(
                        "the Kafka setting '" + name + "' can't be set: " + REFUSED.get(name));
            }
            if (CONSUMER.containsKey(name) || PRODUCER.containsKey(name)) {
                throw new IllegalArgumentException("the Kafka setting '" + name
                        + "' can't be set: Caravan needs it to be " + CONSUMER.getOrDefault(name, PRODUCER.get(name)));
            }
        }
    }

    public KafkaSettings(String bootstrapServers) {
        this(bootstrapServers, Map.of());
    }

    /** For an admin client. */
    public Properties admin() {
        Properties admin = base();
        admin.put(AdminClientConfig.CLIENT_ID_CONFIG, "caravan-admin");
        // A broker that hangs takes connections, and answers nothing; the client comes back to it several times.
        admin.putIfAbsent(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, "8000");
        admin.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, API_MILLIS);
        return admin;
    }

    /** For an admin client that asks a small question, and asks another broker where one does not answer at once. */
    Properties hastyAdmin() {
        Properties admin = admin();
        admin.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, HASTY_MILLIS);
        // What is asked says how long all of it may take; this one only must not be shorter.
        admin.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, API_MILLIS);
        return admin;
    }

    /** For an admin client that asks for what must not be asked for twice: the second answer would be that it is there already. */
    Properties patientAdmin() {
        Properties admin = admin();
        admin.put(
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                properties.getOrDefault(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, "30000"));
        return admin;
    }

    /** For the consumer of a backup, over what the route configures. */
    public Properties consumer(Map<?, ?> route, String group) {
        Properties consumer = over(route);
        consumer.putAll(CONSUMER);
        consumer.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        if (GroupProtocol.CONSUMER
                .name()
                .equalsIgnoreCase(consumer.getProperty(ConsumerConfig.GROUP_PROTOCOL_CONFIG))) {
            // The brokers assign, and move partitions one by one as the cooperative assignor does (KIP-848).
            consumer.remove(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG);
            ASKED_OF_BROKERS.forEach(consumer::remove);
        }
        return consumer;
    }

    /** For the member of a group whose leader the members choose among themselves, as they do in the classic protocol only. */
    Properties classic(String group) {
        Properties classic = consumer(Map.of(), group);
        classic.remove(ConsumerConfig.GROUP_PROTOCOL_CONFIG);
        classic.remove(ConsumerConfig.GROUP_REMOTE_ASSIGNOR_CONFIG);
        classic.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        return classic;
    }

    /** For a consumer that only reads, as a member of no group. */
    public Properties reader() {
        Properties reader = consumer(Map.of(), "unused");
        reader.remove(ConsumerConfig.GROUP_ID_CONFIG);
        reader.remove(ConsumerConfig.GROUP_PROTOCOL_CONFIG);
        reader.remove(ConsumerConfig.GROUP_REMOTE_ASSIGNOR_CONFIG);
        reader.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        return reader;
    }

    /**
     * For fetching record batches as they are: in larger pieces than records, as nobody unpacks them.
     *
     * @param maxBytes the most of one partition that is wanted at a time
     */
    Properties fetcher(long maxBytes) {
        Properties fetcher = reader();
        fetcher.put(ConsumerConfig.CLIENT_ID_CONFIG, "caravan-fetch");
        fetcher.putIfAbsent(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, Integer.toString(FETCH_BYTES));
        fetcher.putIfAbsent(
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                Long.toString(Math.max(1, Math.min(PARTITION_FETCH_BYTES, maxBytes))));
        // The operating system's own, which grow with the connection.
        fetcher.putIfAbsent(ConsumerConfig.RECEIVE_BUFFER_CONFIG, "-1");
        return fetcher;
    }

    /** For the producer of a restore, over what the route configures. */
    public Properties producer(Map<?, ?> route) {
        Properties producer = over(route);
        producer.putAll(PRODUCER);
        producer.putIfAbsent(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
        return producer;
    }

    private Properties over(Map<?, ?> route) {
        Map<Object, Object> merged = new LinkedHashMap<>(route);
        merged.putAll(base());
        Properties all = new Properties();
        all.putAll(merged);
        return all;
    }

    /** Names only: values can be secret. */
    @Override
    public String toString() {
        return "Kafka at " + bootstrapServers + " with " + new TreeSet<>(properties.keySet());
    }

    private Properties base() {
        Properties base = new Properties();
        base.putAll(properties);
        base.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        return base;
    }
}
