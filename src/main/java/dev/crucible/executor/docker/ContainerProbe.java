package dev.crucible.executor.docker;

import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.Language;
import com.github.dockerjava.api.DockerClient;
import java.util.*;

final class ContainerProbe {
    ContainerProbe(ContainerYard y) {}
    EngineStatus probe(List<Language> languages) { return new EngineStatus("x", false, null, "", null, List.of(), Map.of()); }
}
