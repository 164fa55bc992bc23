package caravan;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * Which package may see which: {@code cli}, {@code manage} → {@code backup}, {@code restore}, {@code catalog} → {@code kafka},
 * {@code store} → {@code archive}.
 */
@AnalyzeClasses(packages = "caravan", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule theArchiveFormatKnowsNoOtherPackage =
            onlyUse("archive", "caravan.archive..").because("a reader of the format needs nothing else");

    @ArchTest
    static final ArchRule theArchiveFormatKnowsNoServers = noClasses()
            .that()
            .resideInAPackage("caravan.archive..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.apache.camel..",
                    "software.amazon..",
                    "org.apache.kafka.clients..",
                    "java.net..",
                    "org.apache.kafka.common.network..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule theStoreKnowsOnlyTheFormat = onlyUse("store", "caravan.store..", "caravan.archive..");

    @ArchTest
    static final ArchRule kafkaKnowsOnlyTheFormat = onlyUse("kafka", "caravan.kafka..", "caravan.archive..");

    @ArchTest
    static final ArchRule theCatalogReadsWhatIsStored =
            onlyUse("catalog", "caravan.catalog..", "caravan.store..", "caravan.archive..");

    @ArchTest
    static final ArchRule backupDoesNotKnowRestore = onlyUse(
            "backup",
            "caravan.backup..",
            "caravan.catalog..",
            "caravan.kafka..",
            "caravan.store..",
            "caravan.archive..");

    @ArchTest
    static final ArchRule restoreDoesNotKnowBackup = onlyUse(
            "restore",
            "caravan.restore..",
            "caravan.catalog..",
            "caravan.kafka..",
            "caravan.store..",
            "caravan.archive..");

    @ArchTest
    static final ArchRule onlyTheMainClassKnowsTheCommandLine = noClasses()
            .that()
            .resideOutsideOfPackages("caravan", "caravan.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("caravan.cli..", "caravan");

    @ArchTest
    static final ArchRule onlyTheStoreSpeaksS3 = noClasses()
            .that()
            .resideOutsideOfPackages("caravan.store..", "caravan.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("software.amazon..");

    @ArchTest
    static final ArchRule noCycles = slices().matching("caravan.(*)..").should().beFreeOfCycles();

    /** Of our own packages, the classes of one use only these; what is not ours is not restricted. */
    private static ArchRule onlyUse(String name, String... allowed) {
        return noClasses()
                .that()
                .resideInAPackage("caravan." + name + "..")
                .should()
                .dependOnClassesThat(resideInAPackage("caravan..").and(not(resideInAnyPackage(allowed))))
                .allowEmptyShould(true);
    }
}
