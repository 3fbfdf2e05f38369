package dev.tombolo.hub.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

class StartCheckTest {
  @Test
  void okIsWhole() {
    assertThatCode(() -> StartCheck.judge("ok")).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*** in database main ***\nTree 5 page 6: unable to get the page. error code=266",
        "Tree 5 page 6: unable to get the page. error code=10",
        "Tree 5 page 6: unable to get the page. error code=7",
        "Tree 5 page 6: unable to get the page. error code=99999999999",
        "Freelist: failed to get page 9",
      })
  void aPageThatTheDiskDoesNotGiveIsNoDamage(String verdict) {
    assertThatThrownBy(() -> StartCheck.judge(verdict))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("the disk does not let it be read");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Tree 5 page 6: unable to get the page. error code=11",
        "Tree 5 page 6: unable to get the page. error code=8458",
        "Tree 5 page 6: btreeInitPage() returns error code 11",
        "no answer",
      })
  void allElseIsDamage(String verdict) {
    assertThatThrownBy(() -> StartCheck.judge(verdict)).isInstanceOf(DatabaseDamaged.class);
  }

  @ParameterizedTest
  @EnumSource(names = {"SQLITE_CORRUPT", "SQLITE_CORRUPT_INDEX", "SQLITE_IOERR_CORRUPTFS"})
  void whatIsNoLongerWhatWasWrittenIsDamage(SQLiteErrorCode code) {
    assertThat(DatabaseDamaged.isIn(new SQLiteException("", code))).isTrue();
  }

  @ParameterizedTest
  @EnumSource(names = {"SQLITE_IOERR_READ", "SQLITE_IOERR_FSYNC", "SQLITE_FULL", "SQLITE_BUSY"})
  void whatCannotBeReadOrWrittenNowIsNot(SQLiteErrorCode code) {
    assertThat(DatabaseDamaged.isIn(new SQLiteException("", code))).isFalse();
  }
}
