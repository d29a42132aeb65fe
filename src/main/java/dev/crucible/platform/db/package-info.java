/** The database: embedded or external, its pool, its migrations, and the group commit that every hot writer shares. */
@NullMarked
package dev.crucible.platform.db;

import org.jspecify.annotations.NullMarked;
