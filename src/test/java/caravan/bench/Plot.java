package caravan.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * The comparison as SVG: for each scenario with a yardstick, bars of wall time and of CPU time, Caravan's above the yardstick's. No
 * background, and colours that can be read on a light and on a dark page.
 */
final class Plot {
    private static final int WIDTH = 900;
    private static final int LABELS = 60;
    private static final int PANEL = 400;
    private static final int GAP = 30;
    private static final int BARS = 250;
    private static final int TOP = 84;
    private static final int ROW = 46;
    private static final int BAR = 15;
    private static final String STYLE =
            """
            <style>
              text { font: 13px system-ui, sans-serif; fill: #3b434b }
              .title { font-weight: 600; font-size: 15px }
              .small { font-size: 11px; fill: #6b7681 }
              .caravan { fill: #2f81d8 }
              .yardstick { fill: #9aa4ae }
              @media (prefers-color-scheme: dark) {
                text { fill: #d5dce3 }
                .small { fill: #949fa9 }
                .yardstick { fill: #6b7681 }
              }
            </style>
            """;

    private final Machine machine;
    private final double scale;
    private final List<Result> compared;
    private final StringBuilder svg = new StringBuilder();

    Plot(Machine machine, double scale, List<Result> results) {
        this.machine = machine;
        this.scale = scale;
        this.compared =
                results.stream().filter(result -> result.speed().isPresent()).toList();
    }

    void write(Path file) {
        try {
            Files.writeString(file, draw());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String draw() {
        svg.setLength(0);
        int height = TOP + ROW * compared.size() + 10;
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">%n",
                WIDTH, height, WIDTH, height);
        svg.append("<title>Caravan and Kafka's own tools: wall time and CPU time by scenario</title>\n")
                .append(STYLE);
        text(0, 18, "title", "Caravan beside Kafka's own performance tools; shorter is better");
        text(
                0,
                36,
                "small",
                String.format(
                        Locale.ROOT,
                        "%s, %d cores, %.0f GB, scale %s; medians of whole processes",
                        machine.cpu(),
                        machine.cores(),
                        machine.memoryBytes() / 1e9,
                        scale));
        legend(LABELS, "caravan", "Caravan");
        legend(LABELS + 90, "yardstick", "ConsumerPerformance (A–D), ProducerPerformance (E–G)");
        for (int i = 0; i < compared.size(); i++) {
            text(0, TOP + ROW * i + 22, "title", compared.get(i).id());
        }
        panel(LABELS, "wall time, s", Usage::wallSeconds);
        panel(LABELS + PANEL + GAP, "CPU time, s", Usage::cpuSeconds);
        return svg.append("</svg>\n").toString();
    }

    private void legend(int x, String kind, String name) {
        add("<rect class=\"%s\" x=\"%d\" y=\"46\" width=\"11\" height=\"11\"/>%n", kind, x);
        text(x + 16, 56, "small", name);
    }

    private void panel(int x, String name, ToDoubleFunction<Usage> figure) {
        text(x, TOP - 8, "title", name);
        double longest = compared.stream()
                .mapToDouble(result -> Math.max(
                        result.caravan(figure), result.yardstick(figure).orElse(0)))
                .max()
                .orElse(1);
        for (int i = 0; i < compared.size(); i++) {
            int y = TOP + ROW * i + 2;
            bar(x, y, "caravan", compared.get(i).caravan(figure), longest);
            bar(x, y + BAR + 2, "yardstick", compared.get(i).yardstick(figure).orElse(0), longest);
        }
    }

    private void bar(int x, int y, String kind, double value, double longest) {
        add(
                "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>%n",
                kind, x, y, Math.max(1, BARS * value / longest), BAR);
        add(
                "<text class=\"small\" x=\"%.1f\" y=\"%d\">%s</text>%n",
                x + BARS * value / longest + 6, y + BAR - 3, String.format(Locale.ROOT, "%.1f", value));
    }

    private void text(int x, int y, String kind, String text) {
        String escaped = text.replace("&", "&amp;").replace("<", "&lt;");
        add("<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>%n", kind, x, y, escaped);
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }
}
