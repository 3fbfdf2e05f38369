package dev.tombolo.hub.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.HubStore;
import dev.tombolo.hub.core.RowLog;
import dev.tombolo.hub.core.Scene;
import dev.tombolo.hub.core.view.Cursor;
import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.core.view.Listed;
import dev.tombolo.hub.core.view.PageAsk;
import dev.tombolo.hub.device.DeviceRecord.Standing;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every list and `why` finds its rows by an index: none reads a table from end to end, or sorts
/// one, however many devices and results there are.
class ViewPlansTest {
  private static final Optional<Name> FLEET = Optional.of(Scene.FLEET);
  private static final Optional<Name> SITE = Optional.of(Scene.SITE);
  private static final Optional<Name> CHANNEL = Optional.of(new Name("people"));

  @TempDir Path folder;
  private final Set<String> asked = new TreeSet<>();
  private HubStore store;
  private Connection connection;
  private HubViews views;

  @BeforeEach
  void open() throws SQLException {
    store = SqliteHubStore.open(folder.resolve("hub.db"));
    Scene.ready(store).joined("counter");
    connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("hub.db"));
    views = SqliteViews.over(listening());
  }

  @AfterEach
  void close() {
    views.close();
    store.close();
  }

  /// Tells what is asked of the real connection.
  private Connection listening() {
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("prepareStatement")) {
                asked.add((String) arguments[0]);
              }
              try {
                return method.invoke(connection, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void listsAreReadAlongAnIndex() throws SQLException {
    for (boolean isFirst : new boolean[] {true, false}) {
      for (Optional<Name> fleet : List.of(FLEET, Optional.<Name>empty())) {
        for (Optional<Name> site : List.of(SITE, Optional.<Name>empty())) {
          views.slots(fleet, site, page(isFirst, Scene.SITE, "till"));
          for (Optional<Standing> standing :
              List.of(Optional.of(Standing.WAITING), Optional.<Standing>empty())) {
            views.devices(fleet, site, standing, page(isFirst, Scene.SITE, "till", "dev-x"));
            views.strangers(standing, page(isFirst, "-", "-", "dev-x"));
          }
        }
        views.sites(fleet, page(isFirst, Scene.SITE));
        views.assignments(fleet, page(isFirst, Scene.FLEET, "", "", "embedding"));
      }
      views.fleets(page(isFirst, Scene.FLEET));
      views.releases(page(isFirst, 1, "embedding", "1.0"));
      views.release(new ReleaseRef(new Name("embedding"), "1.0"));
      views.tokens(page(isFirst, 1, "00"));
    }
    views.users();

    assertThat(withoutAnIndex()).isEmpty();
  }

  @Test
  void oneDeviceIsFoundByIndexes() throws SQLException {
    DeviceId device = Scene.deviceOf("counter");
    views.device(device);
    views.stranger(device);
    views.holder(Scene.SLOT);
    views.fleetOf(Scene.SLOT);
    views.assignmentsReaching(FLEET, Scene.SITE, Scene.SITE);
    views.assignmentsReaching(Optional.empty(), Scene.SITE, Scene.SITE);

    assertThat(withoutAnIndex()).isEmpty();
    assertThat(steps("SCAN .*")).isEmpty();
  }

  @Test
  void countsLookAtTheDevicesOfThosePlacesOnly() throws SQLException {
    views.fleetCounts(List.of(Scene.FLEET));
    views.siteCounts(List.of(Scene.SITE));
    views.slotCounts(Scene.SLOT);
    views.slot(Scene.SLOT);
    views.applicationCounts(List.of(Scene.FLEET));
    views.running(Scene.FLEET, new Name("embedding"), page(true, Scene.SITE, "till"));
    views.site(Scene.SITE);
    views.fleet(Scene.FLEET);

    assertThat(steps("SCAN (d|s|o|h|p|t|x|l|k|f)( .*)?")).isEmpty();
  }

  /// Else each page would look at every device behind it.
  @Test
  void whoRunsAnApplicationIsReadSiteBySite() throws SQLException {
    views.running(Scene.FLEET, new Name("embedding"), page(false, Scene.SITE, "till"));

    assertThat(steps("SEARCH s USING INDEX sites_by_name .*name>.*")).hasSize(1);
    assertThat(steps("SCAN c( .*)?")).isEmpty();
    // The page that was found.
    assertThat(steps(".*TEMP B-TREE.*")).hasSize(1);
  }

  @Test
  void whyIsAnsweredByIndexes() throws SQLException {
    assertThat(views.condition(Scene.deviceOf("counter"), 0)).isPresent();

    assertThat(steps("SCAN .*")).isEmpty();
    // The assignments that reach one slot, three places' at the most, are sorted by hand.
    assertThat(withoutAnIndex())
        .allSatisfy(step -> assertThat(step).contains("TEMP B-TREE").contains("assignments"));
  }

  @Test
  void resultsAndEventsAreReadAlongAnIndex() throws SQLException {
    for (Optional<DeviceId> device :
        List.of(Optional.of(Scene.deviceOf("counter")), Optional.<DeviceId>empty())) {
      for (Optional<Name> channel : List.of(CHANNEL, Optional.<Name>empty())) {
        views.results(5, device, channel, 10);
        views.newestResults(device, channel, 10);
      }
      views.happened(5, device, 10);
    }
    views.lastResult();
    views.lastHappened();
    views.gone(RowLog.RESULTS);
    views.log(RowLog.EVENTS);
    views.audit(3, 10);
    views.lastAudit();

    assertThat(withoutAnIndex()).isEmpty();
  }

  @Test
  void rowsAreCountedInIndexes() throws SQLException {
    for (Listed listed : Listed.values()) {
      views.count(listed, FLEET, Optional.empty());
      views.count(listed, Optional.empty(), Optional.empty());
    }

    assertThat(withoutAnIndex()).isEmpty();
  }

  private static PageAsk page(boolean isFirst, Object... cursor) {
    return isFirst ? PageAsk.FIRST : new PageAsk(Optional.of(Cursor.of(cursor)), 10);
  }

  /// Steps of the plans that read a whole table outside an index, or sort.
  private List<String> withoutAnIndex() throws SQLException {
    return steps("SCAN (?!CONSTANT)\\w+( LEFT-JOIN)?|.*TEMP B-TREE.*");
  }

  private List<String> steps(String pattern) throws SQLException {
    List<String> found = new ArrayList<>();
    assertThat(asked).isNotEmpty();
    for (String sql : asked) {
      try (PreparedStatement explain = connection.prepareStatement("EXPLAIN QUERY PLAN " + sql);
          ResultSet r = explain.executeQuery()) {
        while (r.next()) {
          String step = r.getString("detail");
          if (step.matches(pattern)) {
            found.add(step + " in " + sql);
          }
        }
      }
    }
    return found;
  }
}
