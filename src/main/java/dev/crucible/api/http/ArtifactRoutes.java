package dev.crucible.api.http;

import dev.crucible.api.EvaluationService;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Artifact;
import dev.crucible.platform.http.Parameters;
import dev.crucible.platform.http.Replies;
import dev.crucible.platform.http.Route;
import dev.crucible.storage.Evaluation;
import io.javalin.http.Context;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** The routes about the files that a program left and that were asked for. */
final class ArtifactRoutes {
    private static final String TAG = "evaluations";
    /** More names than this help nobody in an error. */
    private static final int NAMED = 10;

    private final EvaluationService evaluations;

    ArtifactRoutes(EvaluationService evaluations) {
        this.evaluations = evaluations;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/api/eval/{id}/artifacts", TAG, "The files that a program left and that were asked for", this::list)
                        .pathParameter("id", "The evaluation's id")
                        .answers(200, "By path; empty until it has ended", EvaluationAnswers.Artifacts.class),
                Route.get("/api/eval/{id}/artifacts/<path>", TAG, "The bytes of such a file", this::artifact)
                        .pathParameter("id", "The evaluation's id")
                        .pathParameter("path", "The file's path, as the record gives it")
                        .header("Range", "bytes=first-last, bytes=first- or bytes=-last")
                        .answersBytes(200, "The file", "application/octet-stream")
                        .answersBytes(206, "The part that was asked for", "application/octet-stream"));
    }

    private void list(Context ctx) {
        Evaluation evaluation = evaluations.get(Parameters.id(ctx));
        List<EvaluationAnswers.File> artifacts = Views.artifacts(evaluation);
        Replies.json(ctx, new EvaluationAnswers.Artifacts(evaluation.id().value(), artifacts, artifacts.size()));
    }

    private void artifact(Context ctx) throws IOException {
        Evaluation evaluation = evaluations.get(Parameters.id(ctx));
        Artifact artifact = find(evaluation, ctx.pathParam("path"));
        new GuestBytes(ctx, "application/octet-stream", attachment(artifact.path()))
                .send(artifact.size(), from -> evaluations.openArtifact(artifact, from));
    }

    /** The path is only ever compared with those in the record; the record says where the bytes are. */
    private static Artifact find(Evaluation evaluation, String path) {
        if (evaluation.outcome() == null) {
            throw new PlatformException(ErrorCode.NOT_FOUND, "The evaluation has not ended; artifacts are there once it has.");
        }
        List<Artifact> artifacts = evaluation.outcome().artifacts();
        return artifacts.stream()
                .filter(artifact -> artifact.path().equals(path))
                .findFirst()
                .orElseThrow(() -> new PlatformException(ErrorCode.NOT_FOUND, missing(evaluation, artifacts)));
    }

    private static String missing(Evaluation evaluation, List<Artifact> artifacts) {
        if (artifacts.isEmpty()) {
            return evaluation.submission().artifacts().isEmpty()
                    ? "The evaluation has no artifacts: its submission asked for none. Send artifacts with it, such as [\"*.csv\"]."
                    : "The evaluation has no artifacts: its program left no file that matches what was asked for.";
        }
        String names = artifacts.stream().limit(NAMED).map(Artifact::path).collect(Collectors.joining(", "));
        int more = artifacts.size() - NAMED;
        return "The evaluation has no such artifact; it has " + names + (more > 0 ? " and " + more + " more." : ".");
    }

    /** The last part of the path, in ASCII for old clients and whole for the others (RFC 6266). */
    private static String attachment(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        String plain = name.replaceAll("[^A-Za-z0-9._ -]", "_");
        String whole = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A");
        return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + whole;
    }
}
