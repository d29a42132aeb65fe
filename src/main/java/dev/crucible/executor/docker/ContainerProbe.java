package dev.crucible.executor.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Info;
import com.github.dockerjava.api.model.RuntimeInfo;
import dev.crucible.executor.BoxProbe;
import dev.crucible.executor.Engine;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.EngineStatus.LanguageStatus;
import dev.crucible.executor.Language;
import dev.crucible.executor.SupervisorBinary;
import dev.crucible.kernel.PlatformException;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds out whether the Docker engine is there, has the runtime and the images, and really runs each language. */
final class ContainerProbe {
    /** {@code sha256:} and as many digits as Docker shows. */
    private static final int SHORT_ID = 19;

    private static final String REGISTER_RUNSC = "apt-get install -y runsc; put {\"runtimes\": {\"runsc\": {\"path\":"
            + " \"/usr/bin/runsc\", \"runtimeArgs\": [\"--network=none\"]}}} into /etc/docker/daemon.json and restart"
            + " Docker";

    private final Engine engine;
    private final ContainerYard yard;
    private final Flavour flavour;
    private final DockerAddress address;
    private final DockerClient docker;
    private final Images images;

    ContainerProbe(Engine engine, ContainerYard yard, Images images) {
        this.engine = engine;
        this.images = images;
        this.yard = yard;
        this.flavour = yard.flavour();
        this.address = yard.address();
        this.docker = yard.docker();
    }

    EngineStatus probe(List<Language> languages) {
        if (!SupervisorBinary.available()) {
            return absent(null, "This build has no sandbox supervisor for this machine.", SupervisorBinary.remedy());
        }
        if (!yard.reachable()) {
            return unreachable(new IllegalStateException("its socket cannot be written to"));
        }
        Info info;
        try {
            info = docker.infoCmd().exec();
        } catch (RuntimeException e) {
            return unreachable(e);
        }
        String version = "Docker " + info.getServerVersion();
        if (flavour.runtime() != null) {
            RuntimeInfo runtime = runtimes(info).get(flavour.runtime());
            if (runtime == null) {
                return absent(
                        version, "Docker runs at " + address.uri() + " and has no runtime " + flavour.runtime() + ".",
                        REGISTER_RUNSC);
            }
            if (String.valueOf(runtime.getRawValues()).contains("--ignore-cgroups")) {
                return absent(
                        version,
                        "The runtime " + flavour.runtime() + " is registered with --ignore-cgroups, so that no limit would"
                                + " hold.",
                        "remove --ignore-cgroups from the runtime in /etc/docker/daemon.json and restart Docker");
            }
            version = runtimeVersion(runtime) + " on " + version;
        }
        return run(version, weaknesses(info), languages);
    }

    private EngineStatus run(String version, List<String> weaknesses, List<Language> languages) {
        Map<String, LanguageStatus> found = new LinkedHashMap<>();
        List<Language> present = new ArrayList<>();
        try {
            for (Language language : languages) {
                LanguageStatus missing = missing(language, languages);
                if (missing == null) {
                    present.add(language);
                } else {
                    found.put(language.name(), missing);
                }
            }
            found.putAll(BoxProbe.languages(engine, present, language -> build(language, languages)));
        } catch (PlatformException e) {
            return absent(version, String.valueOf(e.getMessage()), "look into the Docker daemon's log");
        } catch (RuntimeException e) {
            return unreachable(e);
        }
        List<String> able = found.entrySet().stream()
                .filter(entry -> entry.getValue().available()).map(Map.Entry::getKey).sorted().toList();
        if (able.isEmpty()) {
            String remedy = found.values().stream().map(LanguageStatus::remedy).findFirst().orElse(null);
            return new EngineStatus(
                    flavour.engine(), false, version, "Docker runs at " + address.uri() + " and no language runs on it.",
                    remedy, weaknesses, found);
        }
        String detail = "Docker runs at " + address.uri() + (flavour.ownKernel() ? " with gVisor" : "") + ": "
                + String.join(", ", able) + ". Containers are made from " + pinned() + ".";
        return new EngineStatus(flavour.engine(), true, version, detail, null, weaknesses, found);
    }

    /** Why a language cannot run, seen from its image; null when the image is there. */
    private @Nullable LanguageStatus missing(Language language, List<Language> all) {
        String image = language.image();
        if (image == null) {
            return new LanguageStatus(
                    false, null, language.title() + " has no container image.", "give it an image in languages.yaml");
        }
        String problem = images.look(image);
        return problem == null ? null : new LanguageStatus(false, null, problem, build(language, all));
    }

    private String pinned() {
        return images.found().entrySet().stream()
                .map(image -> image.getKey() + " = " + image.getValue().substring(0, SHORT_ID))
                .collect(Collectors.joining(", "));
    }

    /** The command that gets a language's image. An image of our own is in no registry. */
    private String build(Language language, List<Language> all) {
        String image = String.valueOf(language.image());
        if (!Images.own(image)) {
            return "set IMAGE_PULL=missing, or type: " + address.command() + " pull " + image;
        }
        List<String> packages = all.stream()
                .filter(other -> image.equals(other.image()))
                .flatMap(other -> other.aptPackages().stream())
                .distinct().sorted().toList();
        return "type: crucible images build --languages " + language.name() + " (as root, on Debian); or, where Docker"
                + " reaches a registry: " + ImageWorkshop.dockerBuild(address, image, packages);
    }

    private EngineStatus unreachable(RuntimeException e) {
        if (!Files.exists(address.socket())) {
            return absent(
                    null, "No Docker engine listens at " + address.uri() + ".",
                    "apt-get install -y docker.io, then: systemctl start docker; or set DOCKER_HOST to its socket");
        }
        if (!Files.isWritable(address.socket())) {
            return absent(
                    null, "This user may not talk to the Docker engine at " + address.uri() + ".",
                    "usermod --append --groups docker " + System.getProperty("user.name") + ", then log in again");
        }
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return absent(
                null, "The Docker engine at " + address.uri() + " does not answer: " + root.getMessage() + ".",
                "systemctl restart docker");
    }

    private EngineStatus absent(@Nullable String version, String detail, String remedy) {
        return new EngineStatus(flavour.engine(), false, version, detail, remedy, List.of(), Map.of());
    }

    /** The runtime's own word, which the engine does not pass on; its name when its program is not to be found here. */
    private String runtimeVersion(RuntimeInfo runtime) {
        String name = String.valueOf(flavour.runtime());
        String path = runtime.getPath();
        if (path == null || !Path.of(path).isAbsolute() || !Files.isExecutable(Path.of(path))) {
            return name;
        }
        try {
            Process process = new ProcessBuilder(path, "--version")
                    .redirectErrorStream(true).redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null"))).start();
            try (BufferedReader said = process.inputReader()) {
                String line = said.readLine();
                return line == null || line.isBlank() ? name : line.strip().replace(" version ", " ");
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            return name;
        }
    }

    private static Map<String, RuntimeInfo> runtimes(Info info) {
        Map<String, RuntimeInfo> runtimes = info.getRuntimes();
        return runtimes == null ? Map.of() : runtimes;
    }

    /** The engine drops a limit that the host cannot enforce without an error; here it is said. */
    private static List<String> weaknesses(Info info) {
        List<String> weaknesses = new ArrayList<>();
        if (Boolean.FALSE.equals(info.getMemoryLimit())) {
            weaknesses.add("This host's kernel lets Docker limit no memory.");
        }
        if (Boolean.FALSE.equals(info.getSwapLimit())) {
            weaknesses.add("This host's kernel lets Docker limit no swap: a program may use swap beyond its memory.");
        }
        if (Boolean.FALSE.equals(info.getCpuCfsQuota())) {
            weaknesses.add("This host's kernel lets Docker limit no share of CPU.");
        }
        if (Boolean.FALSE.equals(info.getRawValues().get("PidsLimit"))) {
            weaknesses.add("This host's kernel lets Docker limit no number of processes.");
        }
        List<String> security = info.getSecurityOptions();
        if (security == null || security.stream().noneMatch(option -> option.startsWith("name=seccomp"))) {
            weaknesses.add("Docker filters no system calls here.");
        }
        return weaknesses;
    }
}
