package caravan.it;

import static caravan.testbed.TopicContents.assertSameRecords;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravan.testbed.Acls;
import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CaravanService;
import caravan.testbed.CommandResult;
import caravan.testbed.SecuredBroker;
import caravan.testbed.SecuredBroker.Listener;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.SecurityUtils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The ACLs that Caravan ships for its users: they are enough, none is too much, and one that is missing is named. */
@ExtendWith(TestServers.class)
class LeastAclsIT {
    private static final List<AclBinding> SHIPPED = Acls.of(Path.of("src/main/deploy/kafka-acls.md"));
    private static final String BACKUP = "caravan-backup";
    private static final String RESTORE = "caravan-restore";
    private static final String PASSWORD = "acl-secret";
    private static final Map<AclOperation, AclOperation> IMPLIED = Map.of(
            AclOperation.READ, AclOperation.DESCRIBE,
            AclOperation.WRITE, AclOperation.DESCRIBE,
            AclOperation.ALTER_CONFIGS, AclOperation.DESCRIBE_CONFIGS);
    private static final Duration SOON = Duration.ofSeconds(30);

    private static SecuredBroker secured;
    private static TestS3 s3;
    private static String topic;
    private static String store;

    @BeforeAll
    static void users(TestS3 server, TestServers.Names names) throws Exception {
        s3 = server;
        secured = SecuredBroker.withAcls();
        secured.addUser(BACKUP, PASSWORD);
        secured.addUser(RESTORE, PASSWORD);
        allow(SHIPPED);
        topic = names.topic("orders");
        store = s3.newStore();
        TestData data = new TestData(secured.broker());
        data.createTopic(topic, 2, Map.of("retention.ms", "-1"));
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));
        run("backup", BACKUP, store, "--topics", topic, "--until-now").expect(0);
    }

    @AfterAll
    static void close() {
        secured.close();
    }

    /** All but the one that a backup can do without. */
    static Stream<AclBinding> shipped() {
        return SHIPPED.stream().filter(acl -> !acl.equals(seeGroups()));
    }

    private static AclBinding seeGroups() {
        return SHIPPED.stream()
                .filter(acl -> acl.pattern().resourceType() == ResourceType.GROUP)
                .filter(acl -> acl.entry().operation() == AclOperation.DESCRIBE)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theyAreEnough() {
        // Given
        String copy = topic + "-copy";

        // When
        run("restore", RESTORE, store, "--rename", topic + "=" + copy).expect(0);

        // Then
        assertSameRecords(read(topic), read(copy));
        run("verify", BACKUP, store, "--against", "--rename", topic + "=" + copy)
                .expect(0);
        run("info", BACKUP, store, "--topic", topic).expect(0);
    }

    @ParameterizedTest
    @MethodSource("shipped")
    void eachIsNeededAndItsLackIsNamed(AclBinding lacking) throws Exception {
        // Given
        AclOperation operation = lacking.entry().operation();
        withdraw(lacking);
        try {
            Optional<AclBinding> implied =
                    Optional.ofNullable(IMPLIED.get(operation)).map(less -> with(lacking, less));
            if (implied.isPresent()) {
                // Then: what it implies is missed first
                assertThat(refused(lacking))
                        .contains("error: ", "the user lacks ")
                        .containsPattern("(?m)^hint: .*kafka-acls.sh ");

                // When
                allow(List.of(implied.get()));
            }

            // Then
            assertThat(refused(lacking))
                    .containsPattern("(?m)^error: .*the user lacks " + SecurityUtils.operationName(operation)
                            + " on the " + (lacking.pattern().name().equals("*") ? "topic " + topic : "group caravan-"))
                    .containsPattern(
                            "(?m)^hint: .*kafka-acls.sh .*--operation " + SecurityUtils.operationName(operation));
            if (implied.isPresent()) {
                withdraw(implied.get());
            }
        } finally {
            allow(List.of(lacking));
        }
    }

    @Test
    void groupsThatMayNotBeSeenAreNamedAndTheirOffsetsStayWhileTheBackupGoesOn() throws Exception {
        // Given
        String archive = s3.newStore();
        secured.broker()
                .admin()
                .alterConsumerGroupOffsets("billing", Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(40)))
                .all()
                .get();
        assertThat(backup(archive).path("groups").asInt()).isOne();
        String kept = groups(archive);
        assertThat(kept).contains("\"billing\"", "\"offset\":40");
        withdraw(seeGroups());
        try {
            // When: by default
            CommandResult result = run("backup", BACKUP, archive, "--topics", topic, "--until-now", "--output", "json");

            // Then
            assertThat(json(result.expect(0)).path("groups").isNull()).isTrue();

            // When: asked for, by an expression and by name
            CommandResult all = run("backup", BACKUP, archive, "--topics", topic, "--until-now", "--groups", ".*");
            CommandResult named =
                    run("backup", BACKUP, archive, "--topics", topic, "--until-now", "--groups", "billing");

            // Then
            assertThat(all.expect(3).err())
                    .contains("offsets of consumer groups are not kept: the user lacks Describe on the group ")
                    .containsPattern("kafka-acls.sh .*--operation Describe --group '\\*'");
            assertThat(named.expect(3).err()).contains("the user lacks Describe on the group billing");

            // When: the group of the snapshot is hidden, another is not
            AclBinding other = new AclBinding(
                    new ResourcePattern(ResourceType.GROUP, "shipping", PatternType.LITERAL),
                    seeGroups().entry());
            secured.broker()
                    .admin()
                    .alterConsumerGroupOffsets(
                            "shipping", Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(50)))
                    .all()
                    .get();
            allow(List.of(other));
            CommandResult hidden = run("backup", BACKUP, archive, "--topics", topic, "--until-now", "--groups", ".*");
            withdraw(other);

            // Then: it is not taken for one that is gone
            assertThat(hidden.expect(3).err()).contains("the user lacks Describe on the group billing");
            assertThat(groups(archive)).isEqualTo(kept);
        } finally {
            allow(List.of(seeGroups()));
        }

        // Then
        assertThat(backup(archive).path("groups").asInt()).isEqualTo(2);
    }

    private static JsonNode backup(String archive) throws IOException {
        return json(run("backup", BACKUP, archive, "--topics", topic, "--until-now", "--output", "json")
                .expect(0));
    }

    private static JsonNode json(CommandResult result) throws IOException {
        return new ObjectMapper().readTree(result.out());
    }

    /** The newest snapshot of groups. */
    private static String groups(String archive) {
        String bucket = archive.substring("s3://".length(), archive.indexOf('/', "s3://".length()));
        List<String> keys = s3.keys(bucket, "archive/groups/");
        return s3.client()
                .getObjectAsBytes(request -> request.bucket(bucket).key(keys.get(keys.size() - 1)))
                .asUtf8String();
    }

    private static String refused(AclBinding lacking) {
        boolean backup = lacking.entry().principal().endsWith(BACKUP);
        String copy = topic + "-" + lacking.entry().operation() + "-" + System.nanoTime();
        long begin = System.nanoTime();
        CommandResult refused = backup
                ? run("backup", BACKUP, s3.newStore(), "--topics", topic, "--until-now")
                : run("restore", RESTORE, store, "--rename", topic + "=" + copy);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(SOON);
        return refused.expect(1).err();
    }

    @Test
    void aServiceThatLacksOneIsNotReadyAndSaysWhyUntilItIsThere(@TempDir Path routes) throws Exception {
        // Given: tasks that may not see, may not read, may not be of their group, may not create
        String seen = topic + "-seen";
        new TestData(secured.broker()).createTopic(seen, 1, Map.of());
        List<AclBinding> topics = SHIPPED.stream()
                .filter(acl -> acl.entry().principal().endsWith(BACKUP))
                .filter(acl -> acl.entry().operation() == AclOperation.READ)
                .toList();
        AclBinding read = topics.get(0);
        withdraw(read);
        AclBinding onlySeen = new AclBinding(
                new ResourcePattern(
                        read.pattern().resourceType(), seen, read.pattern().patternType()),
                with(read, AclOperation.DESCRIBE).entry());
        allow(List.of(onlySeen));
        task(routes, "unseen", "kafka-backup", "topics", topic);
        task(routes, "unread", "kafka-backup", "topics", seen, "group", "caravan-unread");
        task(routes, "stranger", "kafka-backup", "topics", seen, "group", "payments");
        task(routes, "drill", "kafka-restore", "rename", topic + "=" + topic + "-drill");
        Map<String, String> environment = new HashMap<>(s3.environment());
        environment.put("CARAVAN_STORE", store);
        environment.put("CARAVAN_BOOTSTRAP_SERVERS", secured.bootstrapServers(Listener.SCRAM));
        environment.put("CARAVAN_ROUTES", routes.toString());
        environment.put("CARAVAN_KAFKA_CONFIG", kafka(routes.resolve("kafka.properties")));

        try (CaravanService service = CaravanService.started(environment)) {
            // Then
            service.until(() -> ready(service)
                            .contains("unseen is retrying: the user lacks Describe on the topic " + topic + " (")
                    && ready(service).contains("unread is retrying: the user lacks Read on the topic " + seen + " (")
                    && ready(service).contains("stranger is retrying: the user lacks ")
                    && ready(service).contains("on the group payments (")
                    && ready(service).contains("drill is failed: "));

            // When
            allow(List.of(read));

            // Then
            service.until(
                    () -> !ready(service).contains("unseen") && !ready(service).contains("unread"));
            assertThat(ready(service)).contains("payments");
        } finally {
            allow(List.of(read));
            withdraw(onlySeen);
        }
    }

    private static String ready(CaravanService service) {
        return service.management("/observe/health/ready").body();
    }

    private static void task(Path routes, String name, String template, String... parameters) throws IOException {
        StringBuilder text = new StringBuilder("- templatedRoute:\n    routeTemplateRef: " + template
                + "\n    routeId: " + name + "\n    parameters:\n");
        for (int i = 0; i < parameters.length; i += 2) {
            text.append("      - name: ")
                    .append(parameters[i])
                    .append("\n        value: ")
                    .append(parameters[i + 1]);
            text.append("\n");
        }
        Files.writeString(routes.resolve(name + ".camel.yaml"), text);
    }

    private static String kafka(Path file) throws IOException {
        StringBuilder settings = new StringBuilder();
        secured.scram(BACKUP, PASSWORD)
                .forEach((name, value) ->
                        settings.append(name).append('=').append(value).append('\n'));
        return Files.writeString(file, settings).toString();
    }

    private static CommandResult run(String command, String user, String store, String... options) {
        List<String> all = new ArrayList<>(List.of(options));
        secured.scram(user, PASSWORD)
                .forEach((name, value) -> all.addAll(List.of("--kafka-property", name + "=" + value)));
        return new CaravanCommands(secured.bootstrapServers(Listener.SCRAM), s3)
                .onCluster(command, store, all.toArray(String[]::new));
    }

    private static AclBinding with(AclBinding acl, AclOperation operation) {
        AccessControlEntry entry = acl.entry();
        return new AclBinding(
                acl.pattern(),
                new AccessControlEntry(entry.principal(), entry.host(), operation, entry.permissionType()));
    }

    private static void allow(List<AclBinding> acls) throws Exception {
        secured.broker().admin().createAcls(acls).all().get();
        await().until(() -> standing().containsAll(acls));
    }

    private static void withdraw(AclBinding acl) throws Exception {
        secured.broker().admin().deleteAcls(List.of(acl.toFilter())).all().get();
        await().until(() -> !standing().contains(acl));
    }

    private static Collection<AclBinding> standing() throws Exception {
        return secured.broker()
                .admin()
                .describeAcls(AclBindingFilter.ANY)
                .values()
                .get();
    }

    private static TopicContents read(String topic) {
        return TopicContents.read(secured.broker().bootstrapServers(), topic);
    }
}
