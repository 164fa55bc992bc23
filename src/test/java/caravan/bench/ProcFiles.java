package caravan.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;

/** What Linux tells of a running process under {@code /proc}; see proc(5). */
final class ProcFiles {
    /** USER_HZ, the unit of times in {@code /proc/<pid>/stat}: 100 on every architecture that has a JVM. */
    private static final double TICKS_PER_SECOND = 100;

    private static final int UTIME = 11;
    private static final int STIME = 12;
    private static final int IDLE = 4;
    private static final int IOWAIT = 5;
    private static final int STEAL = 8;

    private ProcFiles() {}

    static void require() {
        if (!Files.isReadable(Path.of("/proc/self/stat"))) {
            throw new BenchException("the benchmark measures by /proc, which only Linux has");
        }
    }

    /** User and system time of a running process so far, all its threads, in seconds. */
    static double cpuSeconds(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            // The name in parentheses may hold blanks; the fields behind it are counted from "state".
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return (Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME])) / TICKS_PER_SECOND;
        } catch (IOException e) {
            throw new BenchException("process " + pid + " is gone", e);
        }
    }

    /** Seconds that all cores of this machine together were busy since it started. */
    static double machineBusySeconds() {
        try {
            // cpu user nice system idle iowait irq softirq steal …
            String[] fields = Files.readAllLines(Path.of("/proc/stat")).get(0).split("\\s+");
            long ticks = 0;
            for (int i = 1; i <= STEAL; i++) {
                ticks += i == IDLE || i == IOWAIT ? 0 : Long.parseLong(fields[i]);
            }
            return ticks / TICKS_PER_SECOND;
        } catch (IOException e) {
            throw new BenchException("/proc/stat can't be read", e);
        }
    }

    /** The most memory that a running process ever had resident, in bytes; empty where it has ended. */
    static OptionalLong peakRssBytes(long pid) {
        return status(pid, "VmHWM:");
    }

    private static OptionalLong status(long pid, String field) {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                    .filter(line -> line.startsWith(field))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst();
        } catch (NoSuchFileException e) {
            return OptionalLong.empty();
        } catch (IOException e) {
            // it ended while it was read
            return OptionalLong.empty();
        }
    }
}
