package caravan.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.SecurityUtils;

/** The ACLs that the {@code kafka-acls.sh} commands of a file would make. */
public final class Acls {
    private Acls() {}

    public static List<AclBinding> of(Path file) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith("kafka-acls.sh "))
                    .flatMap(line -> bindings(List.of(line.replace("'", "").split(" "))).stream())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<AclBinding> bindings(List<String> words) {
        ResourceType type = words.contains("--group") ? ResourceType.GROUP : ResourceType.TOPIC;
        String resource = value(words, type == ResourceType.GROUP ? "--group" : "--topic");
        PatternType pattern = words.contains("--resource-pattern-type")
                ? PatternType.fromString(value(words, "--resource-pattern-type").toUpperCase(Locale.ROOT))
                : PatternType.LITERAL;
        List<AclBinding> bindings = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).equals("--operation")) {
                bindings.add(new AclBinding(
                        new ResourcePattern(type, resource, pattern),
                        new AccessControlEntry(
                                value(words, "--allow-principal"),
                                "*",
                                operation(words.get(i + 1)),
                                AclPermissionType.ALLOW)));
            }
        }
        return bindings;
    }

    private static AclOperation operation(String name) {
        return SecurityUtils.operation(name);
    }

    private static String value(List<String> words, String option) {
        return words.get(words.indexOf(option) + 1);
    }
}
