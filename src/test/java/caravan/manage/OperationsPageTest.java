package caravan.manage;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.backup.BackupTask;
import caravan.backup.PartitionLag;
import caravan.restore.RestoreTask;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** The page on operating the service names what there is, and nothing else. */
class OperationsPageTest {
    private static final Path PAGE = Path.of("src", "main", "docs", "operations.md");
    private static final Path ALERTS = Path.of("src", "main", "deploy", "prometheus", "alerts.yml");

    @Test
    void itsTableHasEveryMetric() throws IOException {
        // Given
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        TaskMeters meters = new TaskMeters(registry, (name, task) -> TaskState.RUNNING);
        BackupTask backup = new BackupTask();
        RestoreTask restore = new RestoreTask();
        meters.entered("backup", backup);
        meters.entered("restore", restore);
        meters.observed("backup", List.of(new PartitionLag(new TopicPartition("orders", 0), 0, 10, Duration.ZERO)));

        // Then
        Set<String> exported = all("(?m)^(caravan_[a-z_]+)[{ ]", registry.scrape());
        assertThat(all("`(caravan_[a-z_]+)`", Files.readString(PAGE))).isEqualTo(exported);

        // And none of a task that is gone
        meters.left("backup", backup);
        meters.left("restore", restore);
        assertThat(all("(?m)^(caravan_[a-z_]+)[{ ]", registry.scrape())).containsExactly("caravan_build_info");
    }

    @Test
    void itsTablesHaveEveryAttributeAndOperation() throws IOException {
        Set<String> names = new TreeSet<>();
        for (Method method : Stream.of(BackupMXBean.class, RestoreMXBean.class)
                .flatMap(type -> Stream.of(type.getMethods()))
                .toList()) {
            String name = method.getName();
            names.add(name.startsWith("get") || name.startsWith("set") ? name.substring(3) : name + "()");
        }
        String page = Files.readString(PAGE);
        String tables = page.substring(page.indexOf("| backup | |"), page.indexOf("The task's route is Camel's"));
        assertThat(all("`([A-Za-z]+(?:\\(\\))?)`", tables.replaceAll("`(ok|warning|failure|topic-partition)`", "")))
                .isEqualTo(names);
    }

    @Test
    void itSaysWhatToDoForEveryAlert() throws IOException {
        assertThat(all("\\| `(Caravan[A-Za-z]+)` \\|", Files.readString(PAGE)))
                .isEqualTo(all("alert: (Caravan[A-Za-z]+)", Files.readString(ALERTS)));
    }

    @Test
    void itExplainsEveryState() throws IOException {
        Set<String> states = new TreeSet<>();
        Stream.of(TaskState.values()).map(TaskState::text).forEach(states::add);
        String page = Files.readString(PAGE);
        String table = page.substring(page.indexOf("| state |"), page.indexOf("## Health"));
        assertThat(all("(?m)^\\| `([a-z]+)` \\|", table)).isEqualTo(states);
    }

    private static Set<String> all(String pattern, String text) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }
}
