/** Small honest fakes of the modules' faces, for tests of one module at a time. */
@NullMarked
package dev.crucible.testing;

import org.jspecify.annotations.NullMarked;
