package caravan.bench;

/** One thing that is measured. */
interface Scenario {
    /** Its letter on the command line. */
    String id();

    /** Measures all rounds; a {@link BenchException} where a process failed or a record was lost. */
    Result run(TestStand stand);
}
