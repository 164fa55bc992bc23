package caravan.it;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.CaravanCommands;
import caravan.testbed.CaravanProcess;
import caravan.testbed.CommandResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The jar as a person meets it first. */
class CommandLineIT {
    @Test
    void helpIsThereInUnderTwoSeconds() {
        // When: the machine may be busy, so the best of some
        List<Duration> times = new ArrayList<>();
        while (times.size() < 10 && times.stream().noneMatch(CommandLineIT::isShort)) {
            long start = System.nanoTime();
            CommandResult help = CaravanProcess.run(Map.of(), "--help").expect(0);
            times.add(Duration.ofNanos(System.nanoTime() - start));

            // Then
            assertThat(help.out()).contains("backup", "restore", "list", "info", "verify", "cat", "run");
            assertThat(help.err()).isEmpty();
        }
        assertThat(times).anyMatch(CommandLineIT::isShort);
    }

    private static boolean isShort(Duration time) {
        return time.compareTo(Duration.ofSeconds(2)) < 0;
    }

    @ParameterizedTest
    @ValueSource(strings = {"backup", "restore", "list", "info", "verify", "cat", "run"})
    void everyCommandExplainsItself(String command) {
        CommandResult help = CaravanCommands.run(command, "--help").expect(0);
        assertThat(help.out()).contains("--store");
    }

    @Test
    void aMisspeltOptionIsNamedAlsoWhereItWasARequiredOne() {
        CommandResult wrong =
                CaravanCommands.run("list", "--stroe", "s3://bucket/prefix").expect(2);
        assertThat(wrong.err()).contains("--stroe", "hint: did you mean --store");
    }

    @Test
    void aNumberThatIsNoneIsNamed() {
        assertThat(CaravanCommands.run("backup", "--max-rate", "5MB").expect(2).err())
                .contains("--max-rate", "'5MB' is not a whole number");
    }

    @Test
    void withoutACommandTheUsageIsShownAsAnError() {
        CommandResult nothing = CaravanProcess.run(Map.of()).expect(2);
        assertThat(nothing.out()).isEmpty();
        assertThat(nothing.err()).contains("backup").doesNotContain("${");
    }
}
