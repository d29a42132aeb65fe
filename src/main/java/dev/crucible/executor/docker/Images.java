package dev.crucible.executor.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.PullResponseItem;
import dev.crucible.executor.ImagePull;
import dev.crucible.executor.Language;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The images that the registry of languages lists, and what each name stands for on this Docker engine. Containers are
 * made from what was looked at, never from a name: a tag that is moved meanwhile changes nothing until the next look. An
 * image that is not listed is refused. Thread-safe.
 */
final class Images {
    private static final Duration PULL_PATIENCE = Duration.ofMinutes(10);
    private static final String OWN_IMAGES = "crucible/";
    private static final String DIGEST = "@sha256:";

    private final DockerClient docker;
    private final Set<String> listed;
    private final ImagePull pull;
    private final Map<String, String> ids = new ConcurrentHashMap<>();

    Images(DockerClient docker, List<Language> languages, ImagePull pull) {
        this.docker = docker;
        this.listed = languages.stream().map(Language::image).filter(Objects::nonNull).collect(Collectors.toUnmodifiableSet());
        this.pull = pull;
    }

    /** Whether images of this name are made on the machine and in no registry. */
    static boolean own(String image) {
        return image.startsWith(OWN_IMAGES);
    }

    /**
     * The id to make containers from.
     *
     * @throws PlatformException {@code EXECUTOR_UNAVAILABLE} if the image is not listed, not there, or not what its
     *     digest says
     */
    String pinned(String image) {
        String id = ids.get(image);
        if (id != null) {
            return id;
        }
        String problem = look(image);
        id = ids.get(image);
        if (id == null) {
            throw new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, String.valueOf(problem));
        }
        return id;
    }

    /**
     * Looks what the name stands for now, and fetches it first where that is allowed and needed.
     *
     * @return why it cannot be used, a sentence, or null when it can
     */
    @Nullable String look(String image) {
        if (!listed.contains(image)) {
            return "The image " + image + " is not one that the registry of languages lists.";
        }
        @Nullable String problem = null;
        InspectImageResponse found = inspect(image);
        if (found == null && pull == ImagePull.MISSING && !own(image)) {
            problem = fetch(image);
            found = inspect(image);
        }
        if (found == null) {
            ids.remove(image);
            return problem == null ? "The image " + image + " is not there." : problem;
        }
        ids.put(image, Objects.requireNonNull(found.getId()));
        return null;
    }

    /** What each name that was found stands for, in the order of the names. */
    Map<String, String> found() {
        return new TreeMap<>(ids);
    }

    /** What is there under this very name; with a digest only what has that digest. */
    private @Nullable InspectImageResponse inspect(String image) {
        int at = image.indexOf(DIGEST);
        try {
            if (at < 0) {
                return docker.inspectImageCmd(image).exec();
            }
            String digest = image.substring(at + 1);
            try {
                InspectImageResponse named = docker.inspectImageCmd(image).exec();
                return hasDigest(named, digest) ? named : null;
            } catch (NotFoundException e) {
                // An image that was made here has no digest of a registry; its own id is as good.
                InspectImageResponse same = docker.inspectImageCmd(digest).exec();
                return digest.equals(same.getId()) && bears(same, image.substring(0, at)) ? same : null;
            }
        } catch (NotFoundException e) {
            return null;
        }
    }

    private static boolean hasDigest(InspectImageResponse image, String digest) {
        List<String> digests = image.getRepoDigests();
        return digest.equals(image.getId())
                || (digests != null && digests.stream().anyMatch(each -> each.endsWith("@" + digest)));
    }

    private static boolean bears(InspectImageResponse image, String name) {
        List<String> tags = image.getRepoTags();
        return tags != null && tags.stream().anyMatch(tag -> tag.equals(name) || tag.startsWith(name + ":"));
    }

    /** Why it could not be fetched, or null. */
    private @Nullable String fetch(String image) {
        boolean exact = image.contains(DIGEST) || image.lastIndexOf(':') > image.lastIndexOf('/');
        try (ResultCallback.Adapter<PullResponseItem> pulling =
                docker.pullImageCmd(exact ? image : image + ":latest").exec(new ResultCallback.Adapter<>())) {
            return pulling.awaitCompletion(PULL_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                    ? null
                    : unfetched(image, "it took longer than " + PULL_PATIENCE.toMinutes() + " minutes");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return unfetched(image, "the server is stopping");
        } catch (DockerException e) {
            return unfetched(image, String.valueOf(e.getMessage()).strip());
        } catch (IOException e) {
            return unfetched(image, String.valueOf(e.getMessage()));
        }
    }

    private static String unfetched(String image, String why) {
        return "The image " + image + " is not there and could not be pulled: " + why.replaceAll("\\s+", " ")
                + (why.endsWith(".") ? "" : ".");
    }
}
