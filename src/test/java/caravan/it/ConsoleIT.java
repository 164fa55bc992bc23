package caravan.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CaravanService;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import com.microsoft.playwright.options.SelectOption;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The console as a person uses it, in a real browser: what is clicked, typed and read is all that these tests know of the service. */
@ExtendWith(TestServers.class)
class ConsoleIT {
    private static final String TOKEN = "correct-horse-battery-staple";
    private static final double PATIENCE = 30_000; // milliseconds
    private static final int WIDE = 1280;
    private static final int NARROW = 390; // pixels of a telephone
    private static final long MINUTE = 60_000;

    /** All that depends on the colours. */
    private static final List<String> CONTRAST = List.of("color-contrast", "link-in-text-block");

    private static Playwright playwright;
    private static Browser browser;

    @TempDir
    private Path routes;

    private final List<String> complaints = new ArrayList<>();
    private EmbeddedBroker broker;
    private TestData data;
    private CaravanCommands commands;
    private String topic;
    private String store;
    private CaravanService service;
    private Page page;

    /** Where {@code CARAVAN_TEST_TOOLS} is {@code required}, Chromium may not be missing. */
    @BeforeAll
    static void browser() {
        Optional<Path> chromium = Stream.of("chromium", "chromium-browser", "google-chrome")
                .map(name -> Path.of("/usr/bin", name))
                .filter(Files::isExecutable)
                .findFirst();
        if (!"required".equals(System.getenv("CARAVAN_TEST_TOOLS"))) {
            assumeThat(chromium).as("chromium").isPresent();
        }
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        playwright = Playwright.create(new Playwright.CreateOptions().setEnv(environment));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(chromium.orElseThrow())
                        .setArgs(List.of("--no-sandbox")));
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE);
    }

    @AfterAll
    static void closeBrowser() {
        if (playwright != null) {
            playwright.close();
        }
    }

    @BeforeEach
    void service(EmbeddedBroker broker, TestS3 s3, TestServers.Names names) {
        this.broker = broker;
        data = new TestData(broker);
        commands = new CaravanCommands(broker.bootstrapServers(), s3);
        topic = names.topic("orders");
        store = System.getProperty("caravan.images") == null
                ? s3.newStore()
                : "s3://" + s3.createBucket("backups") + "/kafka";
        Map<String, String> environment = new HashMap<>(s3.environment());
        environment.put("CARAVAN_STORE", store);
        environment.put("CARAVAN_BOOTSTRAP_SERVERS", broker.bootstrapServers());
        environment.put("CARAVAN_ROUTES", routes.toString());
        environment.put("CARAVAN_HTTP_TOKEN", TOKEN);
        service = CaravanService.started(environment);
        page = open(WIDE, ColorScheme.LIGHT);
    }

    @AfterEach
    void nothingWasBlockedOrBroken() {
        page.context().close();
        service.close();
        assertThat(complaints).as("what the browser complained of").isEmpty();
    }

    @Test
    void aTopicIsBackedUpAndRestoredByClicking() {
        // Given: a topic, a service that knows nothing
        data.exampleTopic(topic);
        signIn();
        assertThat(page.getByText("Nothing is backed up by this service.")).isVisible();

        // When: a backup is made
        main().getByRole(AriaRole.LINK, named("New backup")).first().click();
        page.getByLabel("Topics", new Page.GetByLabelOptions().setExact(true)).fill(topic);
        assertThat(page.locator(".matches")).containsText(topic);
        page.getByText("Limits, compression, consumer groups").click();
        page.getByLabel("Store an object after").fill("half an hour");
        assertThat(page.locator(".field-problem")).containsText("can't be 'half an hour'");
        page.getByLabel("Store an object after").fill("500ms");
        assertThat(page.locator(".field-problem")).hasCount(0);
        assertThat(page.locator(".route-file")).containsText("routeTemplateRef: kafka-backup");
        page.getByLabel("None", new Page.GetByLabelOptions().setExact(true)).check();
        assertThat(page.locator(".route-file")).containsText("name: groups");
        button("XML").click();
        assertThat(page.locator(".route-file")).containsText("<templatedRoute routeTemplateRef=\"kafka-backup\"");
        button("Create the backup").click();

        // Then: it stores everything, and says so
        assertThat(heading()).containsText(topic + "-backup");
        assertThat(page.locator(".totals"))
                .containsText("%,d records".formatted(contents(topic).records()));
        assertThat(page.locator(".totals")).containsText("all is stored");
        place("Overview");
        assertThat(page.getByText("All records of the topics that are backed up are safe"))
                .isVisible();

        // When: it is paused and goes on
        main().getByRole(AriaRole.LINK, named(topic + "-backup")).first().click();
        button("Pause").click();
        assertThat(heading()).containsText("paused");
        button("Resume").click();
        assertThat(heading()).containsText("running");

        // When: it is given a limit, and the same once more
        page.getByLabel("Megabytes a second, 0 for no limit").fill("5");
        button("Apply").click();
        assertThat(page.locator("#said")).containsText("At most 5.0 MB/s now");
        button("Close").click();
        button("Apply").click();

        // Then: it has it still
        assertThat(page.locator("#said")).containsText("At most 5.0 MB/s now");

        // When: the topic is restored under another name
        place("Topics");
        page.getByLabel("Show topics whose names contain").fill(topic);
        main().getByRole(AriaRole.LINK, named(topic)).click();
        assertThat(page.locator("caravan-coverage svg path.stored")).not().hasCount(0);
        main().getByRole(AriaRole.LINK, named("Restore")).click();
        assertThat(page.getByRole(AriaRole.CHECKBOX, new Page.GetByRoleOptions().setName(Pattern.compile("^" + topic))))
                .isChecked();
        button("Show the plan").click();
        assertThat(page.locator(".notice.bad")).containsText("has records");
        page.getByLabel(topic + " becomes").fill(topic + "-restored");
        button("Plan again").click();
        assertThat(page.getByLabel("Topics of the plan")).containsText("is created");
        button("Start the restore").click();

        // Then: its report says that it is done, and it is
        assertThat(page.getByText("It came to its end.")).isVisible();
        assertThat(page.getByLabel("Restored topics")).containsText(topic + "-restored");
        TopicContents.assertSameRecords(contents(topic), contents(topic + "-restored"));

        // When: the archive is verified
        place("Verify");
        page.getByLabel("Compare with the cluster").check();
        button("Start").click();
        assertThat(page.getByText("The archive is sound.")).isVisible();

        // When: the backup is deleted, after a second thought
        place("Tasks");
        main().getByRole(AriaRole.LINK, named(topic + "-backup")).click();
        button("Delete").click();
        button("Cancel").click();
        assertThat(heading()).containsText("running");
        button("Delete").click();
        assertThat(page.getByRole(AriaRole.DIALOG)).containsText("What it stored stays in the archive");
        button("Delete the task").click();
        assertThat(page.getByLabel("Tasks")).not().containsText(topic + "-backup");
    }

    @Test
    void aMomentIsPickedAndRestoredWithTheKeyboardAlone() {
        // Given: an hour of records, one a minute
        data.createTopic(topic, 1, Map.of("retention.ms", "-1"));
        long begin = AwkwardRecords.SOME_TIME;
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int minute = 0; minute <= 60; minute++) {
            records.add(record(0, begin + minute * MINUTE, "key-" + minute, "at minute " + minute));
        }
        data.send("none", records);
        commands.backup(store, topic).expect(0);
        signIn();

        // When: half an hour is picked in the picture
        page.navigate(address("topics/" + topic));
        Locator picture = page.getByRole(AriaRole.SLIDER);
        tabTo(picture);
        page.keyboard().press("End");
        assertThat(page).hasURL(Pattern.compile("until=" + (begin + 60 * MINUTE + 1) + "$")); // behind the last record
        page.keyboard().press("Home");
        for (int step = 0; step < 5; step++) {
            page.keyboard().press("Shift+ArrowRight");
        }
        assertThat(picture).hasAttribute("aria-valuenow", Long.toString(begin + 30 * MINUTE));
        tabTo(main().getByRole(
                        AriaRole.LINK, new Locator.GetByRoleOptions().setName(Pattern.compile("^Restore up to 20"))));
        page.keyboard().press("Enter");

        // When: it is restored
        assertThat(page.getByText("Records before 2020-01-01T00:30:00.000Z (UTC)."))
                .isVisible();
        tabTo(page.getByLabel(topic + " becomes"));
        page.keyboard().press("End");
        page.keyboard().type("-before");
        tabTo(button("Show the plan"));
        page.keyboard().press("Enter");
        tabTo(button("Start the restore"));
        page.keyboard().press("Enter");

        // Then
        assertThat(page.getByText("It came to its end.")).isVisible();
        assertThat(contents(topic + "-before").partitions().get(0))
                .as("what was written before the moment")
                .hasSize(30)
                .allMatch(record -> record.timestamp() < begin + 30 * MINUTE);

        // When: the topic has a second life, its first one is chosen, and the topic is taken away again
        data.deleteTopic(topic);
        data.createTopic(topic, 1, Map.of("retention.ms", "-1"));
        data.send("none", List.of(record(0, begin, "key", "in another life")));
        commands.backup(store, topic).expect(0);
        page.navigate(address("restore?topics=" + topic));
        Locator lives = page.getByLabel("Which life of topics that have several");
        lives.selectOption(new SelectOption().setIndex(1));
        assertThat(page).hasURL(Pattern.compile("timeline="));
        Locator chosen =
                page.getByRole(AriaRole.CHECKBOX, new Page.GetByRoleOptions().setName(Pattern.compile("^" + topic)));
        chosen.uncheck();
        chosen.check();

        // Then: its life is not chosen any more
        assertThat(lives).hasValue("newest");
    }

    @Test
    void textFromKafkaIsNoMarkup() throws Exception {
        // Given: a page in each place that producers and consumers fill
        String evil = "<img src=x onerror=\"window.broken=1\"><script>window.broken=1</script>\"'`{{x}}${x}";
        data.createTopic(topic, 1, Map.of("retention.ms", "-1"));
        data.send(
                "none",
                List.of(
                        record(0, AwkwardRecords.SOME_TIME, evil, evil, evil),
                        record(
                                0,
                                AwkwardRecords.SOME_TIME + 1,
                                "json",
                                "{\"<b>\": \"" + evil.replace("\"", "'") + "\"}")));
        try (Admin admin = broker.admin()) {
            admin.alterConsumerGroupOffsets(
                            "group " + evil, Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(1)))
                    .all()
                    .get();
        }
        commands.backup(store, topic).expect(0);
        signIn();

        for (String source : List.of("kafka", "archive")) {
            // When: all of the records is looked at
            page.navigate(address("topics/" + topic + "/messages?start=oldest&source=" + source));
            Locator record = page.locator(".record");
            assertThat(record).hasCount(2);
            assertThat(record.first().locator(".record-key")).containsText(evil);
            record.first().locator(".record-line").click();
            record.last().locator(".record-line").click();

            // Then: it is there as text
            assertThat(record.first().locator("pre").first()).hasText(evil);
            assertThat(record.first().locator(".headers")).containsText(evil);
            assertThat(record.last().locator("pre").last()).containsText("\"<b>\": \"<img src=x");
            nothingRan();
        }
        page.navigate(address("topics/" + topic));
        assertThat(page.getByLabel("Consumer groups").first()).containsText("group " + evil);
        nothingRan();
        page.navigate(address("topics/" + evil.replace("/", "%2F").replace("\"", "%22")));
        assertThat(page.getByText("There is no topic <img")).isVisible();
        nothingRan();
    }

    @Test
    void everyViewIsAccessibleAndFitsATelephone() {
        // Given: something to show in each
        data.createTopic(topic, 2, Map.of("retention.ms", "-1"));
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 200));
        data.send("none", AwkwardRecords.ordinary(topic, 1, 100, 200));
        commands.backup(store, topic).expect(0);
        post(
                "/tasks",
                "{\"name\":\"steady\",\"template\":\"kafka-backup\",\"parameters\":{\"topics\":\"" + topic + "\"}}");
        post(
                "/tasks",
                "{\"name\":\"waiting\",\"template\":\"kafka-backup\",\"paused\":true,\"parameters\":{\"topics\":\"none\"}}");
        post(
                "/tasks",
                "{\"name\":\"again\",\"template\":\"kafka-restore\",\"parameters\":{\"topics\":\"" + topic
                        + "\",\"rename\":\"" + topic + "=" + topic + "-copy\"}}");
        String verification = post("/verifications", "{\"topics\":null,\"data\":true,\"against\":false}")
                .path("id")
                .asText();
        page.context().close();

        Map<String, String> views = new LinkedHashMap<>();
        views.put("", "Overview");
        views.put("topics", "Topics");
        views.put("topics/" + topic + "?until=" + (AwkwardRecords.SOME_TIME + 50), topic);
        views.put("topics/" + topic + "/messages?source=archive", "Messages");
        views.put("tasks", "Tasks");
        views.put("tasks/steady", "steady");
        views.put("tasks/again", "again");
        views.put("new-backup?topics=" + topic, "New backup");
        views.put("restore?topics=" + topic + "&until=" + (AwkwardRecords.SOME_TIME + 50), "Restore");
        views.put("verify", "Verify");
        views.put("verify/" + verification, "Verification");
        views.put("nowhere", "Not here");
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            page = open(scheme == ColorScheme.LIGHT ? WIDE : NARROW, scheme);
            page.navigate(address(""));
            assertNoViolations("the dialog for the token", List.of());
            giveToken();
            views.forEach((address, title) -> {
                page.navigate(address(address));
                assertThat(heading()).containsText(title);
                assertThat(page.locator(".state.loading")).hasCount(0);
                page.locator("main details").all().forEach(details -> details.evaluate("each => each.open = true"));
                page.locator(".record-line").all().stream().limit(1).forEach(Locator::click);
                assertNoViolations(title + " in " + scheme, scheme == ColorScheme.LIGHT ? List.of() : CONTRAST);
                assertThat((int) page.evaluate("document.documentElement.scrollWidth"))
                        .as("width of " + title)
                        .isLessThanOrEqualTo((int) page.evaluate("window.innerWidth"));
            });
            if (scheme == ColorScheme.LIGHT) {
                page.context().close();
            }
        }
    }

    @Test
    void aTopicOfAMillionRecordsIsReadAtOnce() {
        // Given
        int partitions = 4;
        int each = 250_000;
        data.createTopic(topic, partitions, Map.of("retention.ms", "-1"));
        try (Producer<byte[], byte[]> producer = data.producer(Map.of("linger.ms", 50, "batch.size", 200_000))) {
            for (int i = 0; i < each; i++) {
                for (int partition = 0; partition < partitions; partition++) {
                    producer.send(new ProducerRecord<>(
                            topic,
                            partition,
                            AwkwardRecords.SOME_TIME + i,
                            ("key-" + i).getBytes(UTF_8),
                            ("record " + i + " of " + partition).getBytes(UTF_8)));
                }
            }
        }
        commands.backup(store, topic, "--max-bytes", "1000000").expect(0);
        signIn();

        for (String source : List.of("kafka", "archive")) {
            // When: the newest, and those of a moment in the middle
            page.navigate(address("topics/" + topic + "/messages?start=newest&source=" + source));
            assertThat(page.locator(".record")).hasCount(50);
            assertThat(page.locator(".record").first().locator(".record-value"))
                    .containsText("record " + (each - 1) + " of");
            page.getByLabel("Key matches").fill("not asked for yet");
            button("Show older").click();
            assertThat(page.locator(".record")).hasCount(100);

            page.navigate(address("topics"));
            page.navigate(address("topics/" + topic + "/messages?start=time&time="
                    + (AwkwardRecords.SOME_TIME + each / 2) + "&source=" + source));

            // Then: without reading what is not shown
            assertThat(page.locator(".record").first().locator(".record-value"))
                    .containsText("record " + each / 2 + " of");
            String read = page.locator(".records-foot").innerText();
            assertThat(Integer.parseInt(read.replaceAll("(?s).*shown, ([0-9,]+) looked at.*", "$1")
                            .replace(",", "")))
                    .as(read)
                    .isLessThan(200_000);
        }
        page.navigate(address("topics/" + topic));
        assertThat(page.locator("caravan-coverage svg path.stored")).hasCount(partitions);
    }

    /** No test: takes the pictures of the documentation where {@code -Dcaravan.images=DIRECTORY} is given. */
    @Test
    @EnabledIfSystemProperty(named = "caravan.images", matches = ".+")
    void picturesForTheDocumentation() {
        long begin = System.currentTimeMillis() - 360 * MINUTE;
        data.createTopic("orders", 3, Map.of("retention.ms", "-1"));
        data.createTopic("payments", 2, Map.of());
        data.createTopic("clicks", 6, Map.of());
        List<ProducerRecord<byte[], byte[]>> payments = new ArrayList<>();
        for (int minute = 0; minute < 360; minute++) {
            payments.add(sale("payments", minute % 2, begin, minute));
        }
        data.send("none", payments);
        sell(Set.of(0, 1, 2), begin, 0, 190);
        commands.backup(store, "orders,payments").expect(0);
        sell(Set.of(1), begin, 190, 225);
        data.deleteRecords("orders", 1, (int) data.logEnd("orders", 1));
        sell(Set.of(0, 2), begin, 205, 225);
        sell(Set.of(0, 1, 2), begin, 225, 330);
        commands.backup(store, "orders,payments").expect(3);
        sell(Set.of(0, 2), begin, 330, 359);
        post(
                "/tasks",
                "{\"name\":\"orders-backup\",\"template\":\"kafka-backup\",\"parameters\":{\"topics\":\"orders\",\"maxAge\":\"1h\"}}");
        post(
                "/tasks",
                "{\"name\":\"payments-backup\",\"template\":\"kafka-backup\",\"parameters\":{\"topics\":\"pay.*\",\"maxAge\":\"2s\"}}");
        signIn();

        long moment = begin + 300 * MINUTE;
        assertThat(page.getByText("58 records not stored yet")).isVisible();
        for (int second = 0; second < 20; second++) {
            data.send("none", List.of(sale("payments", 0, begin, 360 + second)));
            page.waitForTimeout(1000);
        }
        picture("overview");
        page.navigate(address("topics"));
        assertThat(main()).containsText("payments");
        picture("topics");
        page.navigate(address("topics/orders?until=" + moment));
        assertThat(page.locator("caravan-coverage svg path.gap")).hasCount(1);
        picture("topic");
        page.navigate(address("topics/payments/messages?start=newest&source=archive"));
        page.locator(".record-line").nth(2).click();
        picture("messages");
        page.navigate(address("tasks/payments-backup"));
        assertThat(main()).containsText("Parameters");
        picture("task");
        page.navigate(address("tasks"));
        assertThat(main()).containsText("orders-backup");
        picture("tasks");
        page.navigate(address("new-backup?topics=orders,cl.*"));
        assertThat(page.locator(".route-file pre")).containsText("cl.*");
        assertThat(page.locator(".matches")).containsText("clicks");
        picture("new-backup");
        page.navigate(address("restore?topics=payments&until=" + moment));
        page.getByLabel("payments becomes").fill("payments-good");
        button("Show the plan").click();
        assertThat(button("Start the restore")).isVisible();
        page.locator("#h-plan").scrollIntoViewIfNeeded();
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)");
        picture("restore");
        button("Start the restore").click();
        assertThat(page.getByText("It came to its end.")).isVisible();
        page.waitForTimeout(7000);
        picture("restored");
        page.navigate(address("verify"));
        button("Start").click();
        assertThat(page.getByText("Somebody should look at this")).isVisible();
        page.waitForTimeout(7000);
        picture("verify");
        Page telephone = open(NARROW, ColorScheme.DARK);
        page.context().close();
        page = telephone;
        page.navigate(address("topics/orders?until=" + moment));
        giveToken();
        assertThat(page.locator("caravan-coverage svg path.gap")).hasCount(1);
        picture("telephone");
    }

    private void sell(Set<Integer> partitions, long begin, int from, int to) {
        List<ProducerRecord<byte[], byte[]>> sales = new ArrayList<>();
        for (int minute = from; minute < to; minute++) {
            for (int partition : partitions) {
                sales.add(sale("orders", partition, begin, minute));
            }
        }
        data.send("none", sales);
    }

    private static ProducerRecord<byte[], byte[]> sale(String topic, int partition, long begin, int minute) {
        String customer = "customer-" + (minute * 31 + partition) % 977;
        String value =
                "{\"id\":%d,\"customer\":\"%s\",\"amount\":%d.%02d,\"currency\":\"EUR\",\"lines\":[{\"article\":\"A-%d\",\"quantity\":%d}]}"
                        .formatted(
                                9_007_199_254_740_000L + minute,
                                customer,
                                minute * 7 % 400,
                                minute % 100,
                                minute % 40,
                                1 + minute % 3);
        return new ProducerRecord<>(
                topic,
                partition,
                begin + minute * MINUTE,
                customer.getBytes(UTF_8),
                value.getBytes(UTF_8),
                List.of(new RecordHeader(
                        "trace-id", Integer.toHexString(minute * 7919).getBytes(UTF_8))));
    }

    private void picture(String name) {
        page.screenshot(
                new Page.ScreenshotOptions().setPath(Path.of(System.getProperty("caravan.images"), name + ".png")));
    }

    // ---- the browser ----

    private Page open(int width, ColorScheme scheme) {
        BrowserContext context = browser.newContext(new Browser.NewContextOptions()
                .setViewportSize(width, 900)
                .setColorScheme(scheme)
                .setTimezoneId("Europe/Berlin")
                .setReducedMotion(ReducedMotion.REDUCE));
        context.setDefaultTimeout(PATIENCE);
        Page opened = context.newPage();
        opened.onPageError(complaints::add);
        opened.onConsoleMessage(message -> {
            // A browser names each answer that is an error, as the first one without a token.
            if (message.type().equals("error") && !message.text().startsWith("Failed to load resource")) {
                complaints.add(message.text());
            }
        });
        return opened;
    }

    /** Opens the service as somebody who types no more than host and port. */
    private void signIn() {
        page.navigate("http://127.0.0.1:" + service.httpPort() + "/");
        giveToken();
    }

    private void giveToken() {
        Locator token = page.getByLabel("Token", new Page.GetByLabelOptions().setExact(true));
        token.fill("no, this one");
        page.keyboard().press("Enter");
        assertThat(page.getByText("That token is not the right one.")).isVisible();
        token.fill(TOKEN);
        page.keyboard().press("Enter");
        assertThat(page.locator(".news")).containsText("Live");
    }

    private String address(String view) {
        return "http://127.0.0.1:" + service.httpPort() + "/console/#/" + view;
    }

    private Locator main() {
        return page.getByRole(AriaRole.MAIN);
    }

    private Locator heading() {
        return page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1));
    }

    private Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private void place(String name) {
        page.getByRole(AriaRole.NAVIGATION, new Page.GetByRoleOptions().setName("Console"))
                .getByRole(AriaRole.LINK, named(name))
                .click();
    }

    private static Locator.GetByRoleOptions named(String name) {
        return new Locator.GetByRoleOptions().setName(name).setExact(true);
    }

    /** Goes on with the tabulator until it is there. */
    private void tabTo(Locator wanted) {
        assertThat(wanted).isVisible();
        for (int step = 0; step < 150; step++) {
            if ((boolean) wanted.evaluate("each => each === document.activeElement")) {
                assertThat((String) wanted.evaluate("each => getComputedStyle(each).outlineStyle"))
                        .as("a focus that is seen")
                        .isNotEqualTo("none");
                return;
            }
            page.keyboard().press("Tab");
        }
        throw new AssertionError("the tabulator does not lead to " + wanted);
    }

    private void nothingRan() {
        assertThat(page.evaluate("window.broken")).isNull();
        assertThat(page.locator("main img, main script, main b")).hasCount(0);
    }

    /** @param rules that are asked for; empty for all */
    private void assertNoViolations(String view, List<String> rules) {
        AxeBuilder axe = new AxeBuilder(page);
        List<Rule> violations =
                (rules.isEmpty() ? axe : axe.withRules(rules)).analyze().getViolations();
        assertThat(violations.stream()
                        .filter(rule -> Set.of("serious", "critical").contains(rule.getImpact()))
                        .map(rule -> rule.getId() + ": " + rule.getNodes())
                        .toList())
                .as(view)
                .isEmpty();
    }

    // ---- Kafka and the service ----

    private JsonNode post(String path, String body) {
        HttpResponse<String> answer = service.send(CaravanService.request(service.httpPort(), path)
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + TOKEN)
                .POST(BodyPublishers.ofString(body)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return CaravanService.json(answer);
    }

    private TopicContents contents(String name) {
        return TopicContents.read(broker.bootstrapServers(), name);
    }

    private ProducerRecord<byte[], byte[]> record(
            int partition, long timestamp, String key, String value, String... headers) {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(topic, partition, timestamp, key.getBytes(UTF_8), value.getBytes(UTF_8));
        Stream.of(headers).forEach(header -> record.headers().add(new RecordHeader(header, header.getBytes(UTF_8))));
        return record;
    }
}
