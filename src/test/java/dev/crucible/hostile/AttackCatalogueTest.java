package dev.crucible.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crucible.executor.attack.Attack;
import dev.crucible.executor.attack.AttackCatalogue;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttackCatalogueTest {
    @Test
    void the_catalogue_is_as_large_as_was_promised() {
        List<Attack> attacks = AttackCatalogue.load();
        assertThat(attacks).hasSizeGreaterThanOrEqualTo(60);
        assertThat(attacks.stream().filter(attack -> attack.group().equals("verdict"))).hasSizeGreaterThanOrEqualTo(20);
        assertThat(attacks).extracting(Attack::name).doesNotHaveDuplicates();
    }
}
