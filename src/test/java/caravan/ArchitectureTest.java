package caravan;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import caravan.store.Deletion;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Which package may see which: {@code cli}, {@code manage} → {@code backup}, {@code restore}, {@code prune} → {@code catalog} → {@code kafka},
 * {@code store} → {@code archive}.
 */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("caravan");

    @ParameterizedTest
    @CsvSource({
        "archive, archive",
        "store, store archive",
        "kafka, kafka archive",
        "catalog, catalog kafka store archive",
        "backup, backup catalog kafka store archive",
        "restore, restore catalog kafka store archive",
        "prune, prune catalog store archive",
        "manage, manage backup restore catalog kafka store archive",
        "cli, cli manage backup restore prune catalog kafka store archive"
    })
    void packagesSeeOnlyWhatLiesBelow(String name, String seen) {
        String[] allowed = Arrays.stream(seen.split(" "))
                .map(ArchitectureTest::packageName)
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(packageName(name))
                .should()
                .dependOnClassesThat(resideInAPackage("caravan..").and(not(resideInAnyPackage(allowed))))
                .check(CLASSES);
    }

    @Test
    void everyPackageHasARule() {
        assertThat(CLASSES.stream().map(type -> type.getPackageName()).distinct())
                .allMatch(name ->
                        name.matches("caravan(\\.(archive|store|kafka|catalog|backup|restore|prune|manage|cli))?"));
    }

    @Test
    void theArchiveFormatKnowsNoServers() {
        noClasses()
                .that()
                .resideInAPackage("caravan.archive..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.camel..",
                        "software.amazon..",
                        "org.apache.kafka.clients..",
                        "org.apache.kafka.common.network..",
                        "java.net..")
                .check(CLASSES);
    }

    @Test
    void onlyTheMainClassKnowsTheCommandLine() {
        noClasses()
                .that()
                .resideOutsideOfPackages("caravan", "caravan.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("caravan.cli..", "caravan")
                .check(CLASSES);
    }

    @Test
    void onlyTheStoreSpeaksS3() {
        noClasses()
                .that()
                .resideOutsideOfPackages("caravan.store..", "caravan.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("software.amazon..")
                .check(CLASSES);
    }

    @Test
    void nothingThatBacksUpOrRestoresCanDeleteObjects() {
        noClasses()
                .that()
                .resideOutsideOfPackages("caravan.store..", "caravan.prune..")
                .and()
                .doNotHaveFullyQualifiedName("caravan.cli.PruneCommand")
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Deletion.class)
                .check(CLASSES);
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("caravan.store.S3Store")
                .should()
                .callMethodWhere(target(nameMatching("delete(Object|Bucket).*")))
                .check(CLASSES);
    }

    @Test
    void thereAreNoCycles() {
        slices().matching("caravan.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    private static String packageName(String name) {
        return "caravan." + name + "..";
    }
}
