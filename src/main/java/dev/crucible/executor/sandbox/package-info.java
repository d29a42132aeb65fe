/** The engine for hosts without Docker: bubblewrap's namespaces, cgroups, seccomp, and a uid of its own for each box. */
@NullMarked
package dev.crucible.executor.sandbox;

import org.jspecify.annotations.NullMarked;
