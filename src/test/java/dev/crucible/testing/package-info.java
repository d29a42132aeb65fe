/** What tests of every module share. */
@NullMarked
package dev.crucible.testing;

import org.jspecify.annotations.NullMarked;
