package dev.crucible.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Holds the dashboard of the server at {@code -Dcrucible.dashboard.url=} against the contract. */
class DashboardTest extends DashboardContract {
    @Override
    protected String baseUrl() {
        String url = System.getProperty("crucible.dashboard.url");
        assumeTrue(url != null, "no server was named by -Dcrucible.dashboard.url");
        return url;
    }
}
