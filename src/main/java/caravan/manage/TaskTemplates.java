package caravan.manage;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.model.RouteTemplateDefinition;
import org.apache.camel.model.RouteTemplateParameterDefinition;

/** The route templates that tasks are made of, with their parameters. Camel itself takes misspelt parameters without a word. */
public final class TaskTemplates {
    private final Map<String, RouteTemplateDefinition> templates = new ConcurrentHashMap<>();

    void add(RouteTemplateDefinition template) {
        templates.put(template.getId(), template);
    }

    /** All templates, in the order of their names. */
    List<TemplateSummary> all() {
        return new TreeMap<>(templates)
                .values().stream().map(TemplateSummary::of).toList();
    }

    /**
     * Refuses a task of a template that there is not, with a parameter that the template has not, or without one that it needs.
     *
     * @throws TaskException that names what is wrong, and the nearest right name
     */
    void check(TaskDefinition task) {
        RouteTemplateDefinition template = templates.get(task.template());
        if (template == null) {
            throw invalid(
                    task,
                    "there is no template '" + task.template() + "'",
                    nearest(task.template(), List.copyOf(templates.keySet())),
                    "templates: " + String.join(", ", new TreeMap<>(templates).keySet()));
        }
        List<String> names = new ArrayList<>();
        List<String> needed = new ArrayList<>();
        for (RouteTemplateParameterDefinition parameter : template.getTemplateParameters()) {
            names.add(parameter.getName());
            if (parameter.isRequired() && parameter.getDefaultValue() == null) {
                needed.add(parameter.getName());
            }
        }
        for (String name : new TreeMap<>(task.parameters()).keySet()) {
            if (!names.contains(name)) {
                throw invalid(
                        task,
                        task.template() + " has no parameter '" + name + "'",
                        nearest(name, names),
                        "parameters: " + String.join(", ", names));
            }
        }
        needed.removeAll(task.parameters().keySet());
        if (!needed.isEmpty()) {
            throw invalid(
                    task,
                    task.template() + " needs the parameter '" + needed.get(0) + "'",
                    Optional.empty(),
                    "give it a value");
        }
    }

    private static TaskException invalid(TaskDefinition task, String what, Optional<String> nearest, String otherwise) {
        return new TaskException(
                TaskException.Kind.INVALID,
                "the task " + task.name() + ": " + what,
                nearest.map(name -> "did you mean '" + name + "'?").orElse(otherwise));
    }

    /** The name that is meant, if one is near enough. */
    static Optional<String> nearest(String wrong, List<String> names) {
        String lower = wrong.toLowerCase(Locale.ROOT);
        return names.stream()
                .min(Comparator.comparingInt(name -> distance(lower, name.toLowerCase(Locale.ROOT))))
                .filter(name -> distance(lower, name.toLowerCase(Locale.ROOT)) <= Math.max(2, wrong.length() / 3));
    }

    /** Levenshtein's. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
