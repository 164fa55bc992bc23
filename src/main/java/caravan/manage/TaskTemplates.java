package caravan.manage;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.apache.camel.model.RouteTemplateDefinition;
import org.apache.camel.model.RouteTemplateParameterDefinition;
import org.apache.camel.util.StringHelper;

/** The route templates that tasks are made of, with their parameters. Camel itself takes misspelt parameters without a word. */
public final class TaskTemplates {
    private final Map<String, RouteTemplateDefinition> templates = new ConcurrentHashMap<>();
    private final Set<String> inputs = ConcurrentHashMap.newKeySet();
    private final UnaryOperator<String> placeholders;

    /**
     * @param placeholders puts values in the place of {@code {{references}}}; throws where there is none
     */
    public TaskTemplates(UnaryOperator<String> placeholders) {
        this.placeholders = placeholders;
    }

    void add(RouteTemplateDefinition template) {
        templates.put(template.getId(), template);
    }

    /** All templates, in the order of their names. */
    List<TemplateSummary> all() {
        return new TreeMap<>(templates)
                .values().stream().map(TemplateSummary::of).toList();
    }

    /** Endpoints that a route begins with, such as {@code direct:mask}: what a task's step can name. */
    void addInput(String endpoint) {
        inputs.add(endpoint.replace("://", ":"));
    }

    /**
     * Refuses a task of a template that there is not, with a parameter that the template has not, without one that it needs, or
     * with a value that can't be.
     *
     * @throws TaskException that names what is wrong, and the nearest right name or what values look like
     */
    void check(TaskDefinition task) {
        check(task, "the task " + task.name());
    }

    /**
     * @param called the task as its user knows it
     */
    void check(TaskDefinition task, String called) {
        problems(task, called, Set.of()).stream().findFirst().ifPresent(problem -> {
            throw problem.exception();
        });
    }

    /**
     * All that {@link #check} would refuse.
     *
     * @param called the task as its user knows it
     * @param unread names of parameters whose values are not looked at
     */
    List<TaskProblem> problems(TaskDefinition task, String called, Set<String> unread) {
        List<TaskProblem> problems = new ArrayList<>();
        if (!task.wellNamed()) {
            problems.add(problem(
                    null,
                    called + ": '" + task.name() + "' is no name for a task",
                    Optional.empty(),
                    "use at most 200 letters, digits, '.', '_' and '-', and no dot at its begin"));
        }
        RouteTemplateDefinition template = templates.get(task.template());
        if (template == null) {
            problems.add(unknown(task.template(), called));
            return problems;
        }
        Map<String, RouteTemplateParameterDefinition> known = new LinkedHashMap<>();
        template.getTemplateParameters().forEach(parameter -> known.put(parameter.getName(), parameter));
        Map<String, String> given = new TreeMap<>();
        new TreeMap<>(task.parameters()).forEach((name, value) -> {
            if (!known.containsKey(parameter(name))) {
                problems.add(problem(
                        name,
                        called + ": " + task.template() + " has no parameter '" + name + "'",
                        nearest(name, List.copyOf(known.keySet())),
                        "parameters: " + String.join(", ", known.keySet())));
            } else if (given.put(parameter(name), unread.contains(name) ? null : value) != null) {
                problems.add(
                        problem(name, called + ": '" + name + "' is given twice", Optional.empty(), "give it once"));
            }
        });
        known.values().stream()
                .filter(parameter -> parameter.isRequired() && parameter.getDefaultValue() == null)
                .map(RouteTemplateParameterDefinition::getName)
                .filter(name -> !given.containsKey(name))
                .map(name -> problem(
                        name,
                        called + ": " + task.template() + " needs the parameter '" + name + "'",
                        Optional.empty(),
                        ParameterType.of(name)
                                .map(type -> "give it a value: " + type.form())
                                .orElse("give it a value")))
                .forEach(problems::add);
        if (ours(template)) {
            given.forEach((name, value) -> {
                if (value != null && !value.equals(known.get(name).getDefaultValue())) {
                    valueProblem(called, name, value).ifPresent(problems::add);
                }
            });
        }
        return problems;
    }

    private TaskProblem unknown(String template, String called) {
        return problem(
                null,
                called + ": there is no template '" + template + "'",
                nearest(template, List.copyOf(templates.keySet())),
                "templates: " + String.join(", ", new TreeMap<>(templates).keySet()));
    }

    /**
     * The parameters of a template, as given or by default; what it does not have is left out.
     *
     * @throws TaskException {@link TaskException.Kind#NOT_FOUND} where there is no such template
     */
    Map<String, String> completed(String template, Map<String, String> parameters) {
        RouteTemplateDefinition known = templates.get(template);
        if (known == null) {
            TaskProblem problem = unknown(template, "a task");
            throw new TaskException(TaskException.Kind.NOT_FOUND, problem.error(), problem.hint());
        }
        Map<String, String> completed = new TreeMap<>();
        Map<String, String> given = new TreeMap<>();
        parameters.forEach((name, value) -> given.put(parameter(name), value));
        known.getTemplateParameters().forEach(parameter -> {
            String value = given.getOrDefault(parameter.getName(), parameter.getDefaultValue());
            if (value != null) {
                completed.put(parameter.getName(), value);
            }
        });
        return completed;
    }

    /** As Camel takes them: {@code max-age} is {@code maxAge}. */
    static String parameter(String name) {
        return StringHelper.dashToCamelCase(name);
    }

    /** Whether two names are of one parameter. */
    static boolean same(String name, String other) {
        return parameter(name).equals(parameter(other));
    }

    /** Whether the parameters of a template are what their names say in Caravan's own. */
    private static boolean ours(RouteTemplateDefinition template) {
        return Optional.ofNullable(template.getTemplateBeans()).orElse(List.of()).stream()
                .anyMatch(bean -> bean.getType() != null
                        && bean.getType().replace("#class:", "").startsWith("caravan."));
    }

    private Optional<TaskProblem> valueProblem(String called, String name, String text) {
        Optional<ParameterType> type = ParameterType.of(name);
        if (type.isEmpty()) {
            return Optional.empty();
        }
        String value;
        try {
            value = placeholders.apply(text);
        } catch (RuntimeException e) {
            return Optional.of(problem(
                    name,
                    called + ": " + name + " is '" + text + "', which refers to something that there is not",
                    Optional.empty(),
                    "set it, or give a default: {{name:default}}"));
        }
        if (!type.get().allows(value)) {
            // Not what a reference refers to: it may be a secret.
            return Optional.of(problem(
                    name,
                    called + ": " + name + " can't be '" + text + "'",
                    Optional.empty(),
                    name + " is " + type.get().form()));
        }
        if (type.get() == ParameterType.ENDPOINT && value.startsWith("direct:") && !inputs.contains(endpoint(value))) {
            return Optional.of(problem(
                    name,
                    called + ": " + name + " is " + text + ", and no route begins with that",
                    nearest(endpoint(value), List.copyOf(inputs)),
                    "add a route with it to the route files"));
        }
        return Optional.empty();
    }

    private static String endpoint(String uri) {
        return StringHelper.before(uri, "?", uri).replace("://", ":");
    }

    private static TaskProblem problem(String parameter, String error, Optional<String> nearest, String otherwise) {
        return new TaskProblem(
                parameter,
                error,
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
