package dev.crucible.executor;

/** What to do about an image that the registry of languages lists and that is not there. No other image ever runs. */
public enum ImagePull {
    /** Its languages are unavailable, and say so. */
    NEVER,
    /** It is fetched from its registry when the engine is looked at. */
    MISSING
}
