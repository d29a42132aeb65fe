package dev.crucible.e2e;

/** The dashboard as Crucible serves it. */
class DashboardTest extends DashboardContract {
    @Override
    protected String baseUrl() {
        return SharedServer.get().uri().toString().replaceAll("/$", "");
    }
}
