package dev.crucible.app;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the settings of a split platform must have in common. Each problem says what to do. */
final class SplitRules {
    private final SplitConfig split;
    private final String host;
    private final List<String> problems = new ArrayList<>();

    private SplitRules(SplitConfig split, String host) {
        this.split = split;
        this.host = host;
    }

    static List<String> problems(SplitConfig split, String host) {
        SplitRules rules = new SplitRules(split, host);
        rules.neighbours();
        rules.reach();
        return rules.problems;
    }

    /** A module that is not here is found by its address, and one that is here needs none. */
    private void neighbours() {
        boolean needsQueue = split.has(ServerModule.API) || split.has(ServerModule.WORKER);
        one(ServerModule.QUEUE, needsQueue, split.queueUrl(), ModuleSettings.QUEUE_SERVICE_URL);
        one(ServerModule.STORAGE, true, split.storageUrl(), ModuleSettings.STORAGE_SERVICE_URL);
        one(ServerModule.WORKER, split.has(ServerModule.API),
                split.executorUrls().isEmpty() ? null : split.executorUrls().get(0), ModuleSettings.EXECUTOR_URLS);
    }

    private void one(ServerModule module, boolean needed, @Nullable URI url, Setting<?> setting) {
        if (split.has(module) && url != null) {
            problems.add(setting.name() + ": the " + module.word() + " is one of this process's MODULES; leave either out");
        } else if (!split.has(module) && needed && url == null) {
            problems.add(setting.name() + ": MODULES names no " + module.word() + ", so say where it is, such as "
                    + "http://127.0.0.1:" + port(module));
        }
    }

    private static int port(ServerModule module) {
        return switch (module) {
            case API -> 8080;
            case QUEUE -> 8081;
            case STORAGE -> 8082;
            case WORKER -> 8083;
        };
    }

    /** Nobody but this machine reaches an edge without a key. */
    private void reach() {
        if (SettingParsers.isLoopback(host)) {
            return;
        }
        if (split.has(ServerModule.API)) {
            problems.add(Settings.HOST.name() + ": \"" + ConfigNames.shortened(host) + "\" is not an address of this machine alone:"
                    + " listening beyond this machine needs API keys, which the api of this version does not have yet; put a"
                    + " reverse proxy with authentication in front or keep HOST=127.0.0.1");
        }
        if (split.oneProcess()) {
            return; // nothing but the gateway listens
        }
        SplitConfig.Keys keys = split.keys();
        key(ServerModule.QUEUE, keys.queue(), ModuleSettings.QUEUE_API_KEY);
        key(ServerModule.QUEUE, keys.worker(), ModuleSettings.WORKER_API_KEY);
        key(ServerModule.STORAGE, keys.storage(), ModuleSettings.STORAGE_API_KEY);
        key(ServerModule.WORKER, keys.executor(), ModuleSettings.EXECUTOR_API_KEY);
    }

    private void key(ServerModule module, @Nullable String own, Setting<?> setting) {
        if (split.has(module) && split.keys().of(own) == null) {
            problems.add(setting.name() + ": HOST lets other machines reach the " + module.word()
                    + ", so give it a key, or one for all with INTERNAL_API_KEY");
        }
    }
}
